import { describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';
import { meeting, person } from './testing/server';

describe('joining', () => {
  it('opens the socket with the grant as a subprotocol, never in the URL', async () => {
    const call = fakeCall();
    await call.join();
    expect(call.server.socket.url).toBe('wss://plenum.example/ws');
    expect(call.server.socket.protocols).toEqual(['plenum.v1', 'auth.grant-1']);
    expect(call.state.phase).toBe('joined');
    expect(call.state.self).toBe('ada');
  });

  it('offers the pool of slots once, trimmed, and makes no upstream for a watcher', async () => {
    const call = fakeCall();
    await call.join();
    const offers = call.server.socket.all('webrtc:offer');
    expect(offers.map(({ pc }) => pc)).toEqual(['down']);
    const kinds = offers[0]?.slots?.map(({ kind }) => kind) ?? [];
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    expect([count('audio'), count('video'), count('screen'), count('screen-audio')]).toEqual([
      4, 9, 2, 1,
    ]);
    const pc = call.connection('recvonly');
    const mimes = pc.transceivers.map(({ codecs }) => codecs.map(({ mimeType }) => mimeType));
    expect(mimes[0]).toEqual(['audio/opus', 'audio/red']);
    const video = ['video/VP8', 'video/VP9', 'video/H264', 'video/AV1', 'video/rtx'];
    expect(mimes[4]).toEqual(video);
    expect(call.connections).toHaveLength(1);
    expect(call.state.connection).toEqual({ up: 'none', down: 'connected' });
  });

  it('publishes microphone and camera in one offer', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const up = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(up).toHaveLength(1);
    expect(up[0]?.sources).toEqual([
      { mid: '0', source: 'microphone' },
      { mid: '1', source: 'camera' },
    ]);
    const camera = call.connection('sendonly').transceivers[1];
    expect(camera?.sender.encodings.map(({ rid, maxBitrate }) => [rid, maxBitrate])).toEqual([
      ['q', 150_000],
      ['h', 500_000],
      ['f', 1_700_000],
    ]);
    expect(call.state.microphone.on && call.state.camera.on).toBe(true);
  });

  it.each([
    ['not_found', 404],
    ['forbidden', 403],
  ])('gives up at once when the API answers %s', async (code, status) => {
    const call = fakeCall();
    call.api = () => Promise.reject(new ApiError(status, code, 'no'));
    await call.join();
    expect(call.state).toMatchObject({ phase: 'failed', error: { code } });
    expect(call.apiCalls).toHaveLength(1);
  });

  it('tries a few times when the server cannot be reached, and then says so', async () => {
    const call = fakeCall();
    call.api = () => Promise.reject(new ApiError(0, 'network', 'down'));
    await call.join();
    expect(call.state.phase).toBe('connecting');
    await call.clock.advance(10_000);
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'network' } });
    expect(call.apiCalls).toHaveLength(4);
  });

  it('says why the room refused, and lets go of the devices', async () => {
    const call = fakeCall();
    call.server.replies['meeting:join'] = () => ({
      type: 'error',
      data: { code: 'room_full', message: 'The meeting is full.' },
    });
    await call.join(call.tracks());
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'room_full' } });
    expect(call.devices.live()).toHaveLength(0);
    expect(call.connections.every(({ closed }) => closed)).toBe(true);
  });
});

describe('in the room', () => {
  it('keeps the roster in the order of joining', async () => {
    const call = fakeCall();
    await call.join();
    const { socket } = call.server;
    socket.tell({ type: 'participant:joined', data: { participant: person('grace') } });
    socket.tell({ type: 'participant:joined', data: { participant: person('alan') } });
    const renamed = person('grace', { name: 'Grace H.' });
    socket.tell({ type: 'participant:updated', data: { participant: renamed } });
    expect(call.state.participants.map(({ name }) => name)).toEqual(['ada', 'Grace H.', 'alan']);
    socket.tell({ type: 'participant:left', data: { id: 'grace', reason: 'left' } });
    socket.tell({ type: 'participant:updated', data: { participant: renamed } });
    expect(call.state.participants.map(({ id }) => id)).toEqual(['ada', 'alan']);
  });

  it('takes hands, speakers and the title from the server alone', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.raiseHand(true);
    expect(call.state.hands).toEqual([]);
    const { socket } = call.server;
    expect(socket.all('participant:raise-hand')).toEqual([{ raised: true }]);
    socket.tell({ type: 'hands:changed', data: { hands: ['grace', 'ada'] } });
    socket.tell({ type: 'speakers:changed', data: { speakers: ['grace'], speaking: ['grace'] } });
    const changed = meeting('Tuesday');
    socket.tell({ type: 'meeting:updated', data: { meeting: changed } });
    expect(call.state).toMatchObject({
      hands: ['grace', 'ada'],
      speaking: ['grace'],
      meeting: changed,
    });
  });

  it('makes a new state object for each change and tells its listeners', async () => {
    const call = fakeCall();
    await call.join();
    const before = call.state;
    let told = 0;
    const stop = call.engine.subscribe(() => told++);
    call.server.socket.tell({ type: 'hands:changed', data: { hands: ['ada'] } });
    expect(call.state).not.toBe(before);
    expect(before.hands).toEqual([]);
    stop();
    call.server.socket.tell({ type: 'hands:changed', data: { hands: [] } });
    expect(told).toBe(1);
  });

  it.each(['not json', '[]', '{"v":1}', '{"v":1,"type":"robots:arrived","data":{}}', 'null'])(
    'lives with what it does not understand: %s',
    async (text) => {
      const call = fakeCall();
      await call.join();
      call.server.socket.deliver(text);
      expect(call.state.phase).toBe('joined');
    },
  );
});

describe('leaving', () => {
  it('says so, and lets go of devices and connections', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const { socket } = call.server;
    await call.engine.leave();
    expect(socket.all('meeting:leave')).toHaveLength(1);
    expect(call.state).toMatchObject({ phase: 'ended', leftByChoice: true });
    expect(call.devices.live()).toHaveLength(0);
    expect(call.connections.every(({ closed }) => closed)).toBe(true);
    await call.clock.advance(60_000);
    expect(call.server.sockets).toHaveLength(1);
  });

  it('is over at once when somebody ends the meeting', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    call.server.socket.tell({ type: 'meeting:ended', data: { by: 'grace' } });
    call.server.socket.drop(4002);
    await call.clock.advance(60_000);
    expect(call.state).toMatchObject({ phase: 'ended', endedBy: 'grace' });
    expect(call.devices.live()).toHaveLength(0);
    expect(call.server.sockets).toHaveLength(1);
  });

  it('rejects endForAll when the server does not allow it', async () => {
    const call = fakeCall();
    call.server.replies['meeting:end'] = () => ({
      type: 'error',
      data: { code: 'forbidden', message: 'Only a host can end the meeting.' },
    });
    await call.join();
    await expect(call.engine.endForAll()).rejects.toMatchObject({ code: 'forbidden' });
    expect(call.state.phase).toBe('joined');
  });

  it('stops a device that opens only after the call is over', async () => {
    const call = fakeCall();
    await call.join();
    const opening = call.engine.setCamera(true);
    call.engine.close();
    await opening;
    await settled();
    expect(call.devices.opened).toHaveLength(1);
    expect(call.devices.live()).toHaveLength(0);
  });
});
