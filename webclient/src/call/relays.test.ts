import { describe, expect, it } from 'vitest';
import type { Place } from './session';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';

describe('relays', () => {
  const servers = [{ urls: ['turn:turn.example:3478'], username: '1:ada', credential: 'secret' }];

  it('are used by both connections of who is let in from the lobby, and after a reload', async () => {
    const call = fakeCall();
    const places: Place[] = [];
    call.server.replies['meeting:join'] = () => ({
      type: 'meeting:waiting',
      data: { self: 'ada', code: 'abcde-fghjk', title: 'Monday', ticket: 'ticket-w' },
    });
    await call.join({ ...call.tracks(), onPlace: (place) => places.push(place) });
    call.server.socket.tell({ type: 'webrtc:ice-servers', data: { servers } }, 0);
    call.server.socket.tell({ type: 'meeting:joined', data: call.server.snapshot }, 0);
    await settled();
    expect(call.connection('recvonly').config.iceServers).toEqual(servers);
    expect(call.connection('sendonly').config.iceServers).toEqual(servers);
    const offers = call.server.socket.all('webrtc:offer').map(({ pc }) => pc);
    expect(offers.sort()).toEqual(['down', 'up']);
    expect(places.at(-1)?.iceServers).toEqual(servers);
  });

  it('leave a connection alone that has found its way', async () => {
    const call = fakeCall();
    await call.join();
    call.connection('recvonly').become('connected');
    const before = call.connections.length;
    call.server.socket.tell({ type: 'webrtc:ice-servers', data: { servers } }, 0);
    await settled();
    expect(call.connections).toHaveLength(before);
  });
});
