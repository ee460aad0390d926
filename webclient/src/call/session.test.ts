import { describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import type { Code, ServerMessage } from '../protocol/messages';
import { delay } from './session';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';
import { person } from './testing/server';

type Call = ReturnType<typeof fakeCall>;

/** A call that has joined; sending says that microphone and camera were on. */
async function joined(sending = false): Promise<Call> {
  const call = fakeCall();
  await call.join(sending ? call.tracks() : undefined);
  return call;
}

/** The socket breaks; what can be done at once has been done when it resolves. */
async function drop({ server }: Call): Promise<void> {
  server.socket.drop();
  await settled();
}

function refused(code: Code): ServerMessage {
  return { type: 'error', data: { code, message: 'no' } };
}

/** From now on the server is not to be reached. */
function vanish(call: Call): void {
  call.server.admits = () => false;
  call.api = () => Promise.reject(new ApiError(0, 'network', 'down'));
}

describe('coming back', () => {
  it('retries at once with the ticket, on fresh connections, and publishes what was on', async () => {
    const call = await joined(true);
    const before = [...call.connections];
    await drop(call);
    expect(call.server.sockets).toHaveLength(2);
    expect(call.server.socket.protocols).toEqual(['plenum.v1', 'resume.ticket-1']);
    expect(call.state.phase).toBe('joined');
    expect(before.every(({ closed }) => closed)).toBe(true);
    const offers = call.server.socket.all('webrtc:offer').map(({ pc }) => pc);
    expect(offers.sort()).toEqual(['down', 'up']);
    expect(call.devices.live()).toHaveLength(2);
    expect(call.apiCalls).toHaveLength(1);
  });

  it('keeps the pictures while it tries, and waits longer each time', async () => {
    const call = await joined();
    const pc = call.connection('recvonly');
    vanish(call);
    await drop(call);
    expect(call.state.phase).toBe('reconnecting');
    pc.become('failed');
    expect(pc.closed).toBe(false);
    const tries = () => call.server.sockets.length - 1;
    expect(tries()).toBe(1);
    await call.clock.advance(499);
    expect(tries()).toBe(1);
    await call.clock.advance(1);
    expect(tries()).toBe(2);
    await call.clock.advance(750);
    expect(tries()).toBe(3);
    call.server.admits = () => true;
    await call.clock.advance(7_000);
    expect(call.state.phase).toBe('joined');
    expect(pc.closed).toBe(true);
  });

  it('asks for another grant when the ticket is refused', async () => {
    const call = await joined();
    call.server.admits = (protocols) => !protocols[1]?.startsWith('resume.');
    await drop(call);
    expect(call.server.sockets.map(({ protocols }) => protocols[1])).toEqual([
      'auth.grant-1',
      'resume.ticket-1',
      'auth.grant-1',
    ]);
    expect(call.state.phase).toBe('joined');
  });

  it('asks for another grant when the room does not know the ticket', async () => {
    const call = await joined(true);
    call.server.replies['meeting:resume'] = () => refused('forbidden');
    await drop(call);
    expect(call.state.phase).toBe('reconnecting');
    await call.clock.advance(1_000);
    expect(call.server.sockets.map(({ protocols }) => protocols[1])).toEqual([
      'auth.grant-1',
      'resume.ticket-1',
      'auth.grant-1',
    ]);
    expect(call.state.phase).toBe('joined');
    expect(call.devices.live()).toHaveLength(2);
  });

  it('takes the word of the room for final once a grant is refused too', async () => {
    const call = await joined();
    call.server.replies['meeting:resume'] = () => refused('forbidden');
    call.server.replies['meeting:join'] = () => refused('forbidden');
    await drop(call);
    await call.clock.advance(60_000);
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'forbidden' } });
    expect(call.server.sockets).toHaveLength(3);
  });

  it('stops when the API says that there is nothing to come back to', async () => {
    const call = await joined();
    call.server.admits = () => false;
    call.api = () => Promise.reject(new ApiError(404, 'not_found', 'gone'));
    await drop(call);
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'not_found' } });
  });

  it('uses the newest ticket', async () => {
    const call = await joined();
    call.server.snapshot = { ...call.server.snapshot, ticket: 'ticket-2' };
    await drop(call);
    await drop(call);
    expect(call.server.sockets.map(({ protocols }) => protocols[1])).toEqual([
      'auth.grant-1',
      'resume.ticket-1',
      'resume.ticket-2',
    ]);
  });

  it('does not fight another window for the same seat', async () => {
    const call = await joined(true);
    call.server.socket.drop(4001);
    await call.clock.advance(60_000);
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'taken_over' } });
    expect(call.server.sockets).toHaveLength(1);
    expect(call.devices.live()).toHaveLength(0);
  });

  it('raises the hand again, and keeps everybody in their place', async () => {
    const call = fakeCall();
    call.server.snapshot = {
      ...call.server.snapshot,
      participants: [person('grace'), person('ada')],
      hands: ['ada'],
    };
    await call.join();
    call.server.snapshot = {
      ...call.server.snapshot,
      participants: [person('alan'), person('ada'), person('grace')],
      hands: [],
    };
    await drop(call);
    expect(call.server.socket.all('participant:raise-hand')).toEqual([{ raised: true }]);
    expect(call.state.participants.map(({ id }) => id)).toEqual(['grace', 'ada', 'alan']);
  });

  it('stays away after leaving in the middle of it', async () => {
    const call = await joined();
    vanish(call);
    await drop(call);
    await call.engine.leave();
    const sockets = call.server.sockets.length;
    await call.clock.advance(60_000);
    expect(call.server.sockets).toHaveLength(sockets);
    expect(call.state).toMatchObject({ phase: 'ended', leftByChoice: true });
  });

  it('offers nothing of a connection that another has replaced', async () => {
    const call = await joined();
    const { server, engine } = call;
    server.replies['webrtc:offer'] = () => undefined;
    void engine.setMicrophone(true);
    await settled();
    // Waits behind the offer of the microphone, which will never be answered.
    void engine.setCamera(true);
    await settled();
    delete server.replies['webrtc:offer'];
    await drop(call);
    const up = server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(up[up.length - 1]?.sources?.map(({ source }) => source)).toEqual([
      'microphone',
      'camera',
    ]);
    expect(call.connection('sendonly').transceivers).toHaveLength(2);
    expect(up).toHaveLength(call.connection('sendonly').answers);
    expect(call.state).toMatchObject({ microphone: { on: true }, camera: { on: true } });
  });

  it('turns a camera on that was asked for while the room was gone', async () => {
    const call = await joined();
    vanish(call);
    await drop(call);
    await call.engine.setCamera(true);
    expect(call.state.camera).toEqual({ on: true, busy: false });
    call.server.admits = () => true;
    await call.clock.advance(7_000);
    const up = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(up.map(({ sources }) => sources)).toEqual([[{ mid: '0', source: 'camera' }]]);
  });
});

describe('the heartbeat', () => {
  it('pings every five seconds, and lives on answers', async () => {
    const call = await joined();
    await call.clock.advance(60_000);
    expect(call.server.sockets).toHaveLength(1);
    expect(call.server.socket.all('ping')).toHaveLength(12);
  });

  it('forgives a beat that comes late, as after a sleep', async () => {
    const call = await joined();
    call.clock.sleep(3_600_000);
    await call.clock.advance(30_000);
    expect(call.server.sockets).toHaveLength(1);
  });

  it('takes ten silent seconds for a dead socket', async () => {
    const call = await joined();
    const first = call.server.socket;
    first.dead = true;
    await call.clock.advance(9_000);
    expect(call.state.phase).toBe('joined');
    await call.clock.advance(1_000);
    expect(call.server.sockets).toHaveLength(2);
    expect(call.state.phase).toBe('joined');
  });
});

describe('connections', () => {
  it('are made anew when one fails, with the same tracks', async () => {
    const call = await joined(true);
    const failed = call.connection('sendonly');
    failed.become('failed');
    await settled();
    expect(failed.closed).toBe(true);
    const next = call.connection('sendonly');
    expect(next).not.toBe(failed);
    expect(next.transceivers.map(({ sender }) => sender.track?.kind)).toEqual(['audio', 'video']);
    expect(call.state.connection.up).toBe('connected');
  });

  it('get some seconds to heal after a network change', async () => {
    const call = await joined();
    const pc = call.connection('recvonly');
    pc.become('disconnected');
    await call.clock.advance(5_000);
    pc.become('connected');
    await call.clock.advance(10_000);
    expect(pc.closed).toBe(false);
    pc.become('disconnected');
    await call.clock.advance(6_000);
    expect(pc.closed).toBe(true);
    expect(call.connection('recvonly')).not.toBe(pc);
  });

  it('are made anew when the handshake gets stuck', async () => {
    const call = await joined();
    const pc = call.connection('recvonly');
    pc.become('connecting');
    await call.clock.advance(14_000);
    expect(pc.closed).toBe(false);
    await call.clock.advance(1_000);
    expect(pc.closed).toBe(true);
    expect(call.state.connection.down).toBe('connected');
  });

  it('are made anew when the server has let go of them', async () => {
    const call = await joined(true);
    const before = [...call.connections];
    call.server.socket.tell({ type: 'error', data: { code: 'media_closed', message: 'gone' } });
    await settled();
    expect(before.every(({ closed }) => closed)).toBe(true);
    expect(call.state.connection).toEqual({ up: 'connected', down: 'connected' });
  });
});

it('grows the pause between tries from half a second to seven', () => {
  expect([0, 1, 2, 3].map((tries) => delay(tries, 0))).toEqual([0, 500, 750, 1125]);
  expect(delay(1, 1)).toBe(1_000);
  expect(delay(30, 0.5)).toBe(7_000);
});
