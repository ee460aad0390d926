import { describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import type { ServerMessage, Source } from '../protocol/messages';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';
import { person } from './testing/server';
import type { Place } from './session';

type Call = ReturnType<typeof fakeCall>;

/** Within the window: the server has kept everything. */
function keeps(call: Call, missed = 0): void {
  call.server.replies['meeting:resume'] = () => ({
    type: 'meeting:resumed',
    data: { missed, ticket: 'ticket-2' },
  });
}

async function joined(): Promise<Call> {
  const call = fakeCall();
  await call.join(call.tracks());
  return call;
}

async function drop(call: Call): Promise<void> {
  call.server.socket.drop();
  await settled();
}

describe('resuming', () => {
  it('keeps both connections, and offers nothing anew', async () => {
    const call = await joined();
    keeps(call);
    const before = [...call.connections];
    const { sender } = call.connection('sendonly').transceivers[0]!;
    await drop(call);
    expect(call.state.phase).toBe('joined');
    expect(call.connections).toEqual(before);
    expect(before.every(({ closed }) => !closed)).toBe(true);
    expect(call.server.socket.all('webrtc:offer')).toEqual([]);
    expect(sender.track?.readyState).toBe('live');
    expect(call.server.socket.all('participant:toggle-audio')).toEqual([{ muted: false }]);
  });

  it('asks for what it missed, and takes each event once', async () => {
    const call = await joined();
    keeps(call, 2);
    const hands = (ids: string[]): ServerMessage => ({
      type: 'hands:changed',
      data: { hands: ids },
    });
    call.server.socket.tell(hands(['ada']), 7);
    await drop(call);
    expect(call.server.socket.all('meeting:resume')).toEqual([{ seq: 7 }]);
    call.server.socket.tell(hands([]), 7);
    expect(call.state.hands).toEqual(['ada']);
    call.server.socket.tell(hands(['ada', 'bob']), 8);
    call.server.socket.tell(hands(['bob']), 9);
    call.server.socket.tell(hands(['ada', 'bob']), 8);
    expect(call.state.hands).toEqual(['bob']);
  });

  it('says again what was under way when the link broke', async () => {
    const call = await joined();
    keeps(call);
    call.server.socket.dead = true;
    call.engine.sendChat('lost on the way');
    await call.engine.setMicrophone(false);
    await drop(call);
    expect(call.server.socket.all('participant:toggle-audio')).toEqual([{ muted: true }]);
    const [first] = call.server.sockets[0]!.all('chat:message');
    expect(call.server.socket.all('chat:message')).toEqual([first]);
  });

  it('makes a connection anew that failed meanwhile', async () => {
    const call = await joined();
    keeps(call);
    call.server.admits = () => false;
    await drop(call);
    call.connection('recvonly').become('failed');
    call.server.admits = () => true;
    await call.clock.advance(5_000);
    expect(call.state.phase).toBe('joined');
    expect(call.server.socket.all('webrtc:offer').map(({ pc }) => pc)).toEqual(['down']);
  });

  it('hurries when somebody presses for it', async () => {
    const call = await joined();
    keeps(call);
    call.server.admits = () => false;
    await drop(call);
    await call.clock.advance(3_000);
    const tries = call.server.sockets.length;
    call.server.admits = () => true;
    call.engine.retryNow();
    await settled();
    expect(call.server.sockets.length).toBe(tries + 1);
    expect(call.state.phase).toBe('joined');
  });

  it('comes back into the same place from a page that was loaded anew', async () => {
    const places: Place[] = [];
    const first = fakeCall();
    await first.join({ onPlace: (place) => places.push(place) });
    expect(places.at(-1)).toMatchObject({ ticket: 'ticket-1' });
    const second = fakeCall();
    await second.join({ place: places.at(-1), ...second.tracks() });
    expect(second.apiCalls).toEqual([]);
    expect(second.server.socket.protocols).toEqual(['plenum.v1', 'resume.ticket-1']);
    expect(second.server.socket.all('meeting:resume')).toEqual([{ seq: 0 }]);
    expect(second.state.phase).toBe('joined');
    expect(second.server.socket.all('webrtc:offer').map(({ pc }) => pc)).toContain('up');
  });

  it('asks for a grant where the old place is gone', async () => {
    const call = fakeCall();
    call.server.admits = (protocols) => !protocols[1]?.startsWith('resume.');
    await call.join({ place: { ticket: 'old', socketUrl: 'wss://x.example/ws', iceServers: [] } });
    expect(call.apiCalls).toEqual(['join']);
    expect(call.state.phase).toBe('joined');
  });
});

describe('what a host muted while we were away', () => {
  const muted = (source: Source, muted = true) =>
    person('ada', { publications: [{ number: 1, source, muted }] });

  it('stays muted in a page that was loaded anew', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, participants: [muted('microphone')] };
    await call.join({ place: { ticket: 't', socketUrl: 'wss://x.example/ws', iceServers: [] } });
    await call.engine.restore({ microphone: true, camera: true });
    expect(call.state).toMatchObject({ microphone: { on: false }, camera: { on: true } });
    expect(call.server.socket.all('participant:toggle-audio')).toEqual([]);
  });

  it('is on again where nobody muted it', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, participants: [muted('microphone', false)] };
    await call.join();
    await call.engine.restore({ microphone: true, camera: false });
    expect(call.state).toMatchObject({ microphone: { on: true }, camera: { on: false } });
  });

  it.each(['microphone', 'camera'] as const)(
    'stays muted on new connections: %s',
    async (source) => {
      const call = await joined();
      call.server.snapshot = { ...call.server.snapshot, participants: [muted(source)] };
      await drop(call);
      expect(call.state[source].on).toBe(false);
      const up = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
      expect(up.map(({ sources }) => sources?.map((each) => each.source))).toEqual([
        [source === 'camera' ? 'microphone' : 'camera'],
      ]);
      expect(call.devices.live()).toHaveLength(source === 'camera' ? 1 : 2);
    },
  );

  it('does not hold back what we had muted ourselves and turned on meanwhile', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, participants: [muted('microphone')] };
    await call.join();
    call.server.admits = () => false;
    await drop(call);
    await call.engine.setMicrophone(true);
    call.server.admits = () => true;
    await call.clock.advance(7_000);
    expect(call.state).toMatchObject({ phase: 'joined', microphone: { on: true } });
  });
});

describe('what a host did while we were away, on the connections that were kept', () => {
  const notice = (kind: 'muted' | 'video-stopped' | 'share-stopped'): ServerMessage => ({
    type: 'moderation:notice',
    data: { kind, by: 'bob' },
  });

  it.each([
    ['muted', 'participant:toggle-audio'],
    ['video-stopped', 'participant:toggle-video'],
  ] as const)('holds: %s', async (kind, toggle) => {
    const call = await joined();
    keeps(call, 2);
    await drop(call);
    expect(call.server.socket.all(toggle)).toEqual([]);
    call.server.socket.tell({ type: 'hands:changed', data: { hands: [] } }, 1);
    await settled();
    expect(call.server.socket.all(toggle)).toEqual([]);
    call.server.socket.tell(notice(kind), 2);
    await settled();
    const said = call.server.socket.all(toggle).map(({ muted }) => muted);
    expect(new Set(said)).toEqual(new Set([true]));
    expect(call.state[kind === 'muted' ? 'microphone' : 'camera'].on).toBe(false);
  });

  it('holds for a screen', async () => {
    const call = await joined();
    await call.engine.shareScreen();
    keeps(call, 1);
    await drop(call);
    call.server.socket.tell(notice('share-stopped'), 1);
    await settled();
    const said = call.server.socket.all('publication:set').filter(({ live }) => live);
    expect(said).toEqual([]);
    expect(call.state.screen.on).toBe(false);
  });

  it('does not keep us from speaking where nobody did anything', async () => {
    const call = await joined();
    keeps(call, 1);
    await drop(call);
    call.server.socket.tell({ type: 'hands:changed', data: { hands: [] } }, 1);
    await settled();
    expect(call.server.socket.all('participant:toggle-audio')).toEqual([{ muted: false }]);
  });

  it('holds in a second window, while its sound is still being offered', async () => {
    const call = fakeCall();
    let answer: () => void = () => {};
    call.server.replies['webrtc:offer'] = (request) => {
      if (request.type !== 'webrtc:offer' || request.data.pc === 'down') return undefined;
      answer = () =>
        call.server.socket.reply(request.id, {
          type: 'webrtc:answer',
          data: { pc: 'up', sdp: 'answer' },
        });
      return undefined;
    };
    await call.join(call.tracks());
    call.server.socket.tell(notice('muted'), 1);
    await settled();
    answer();
    await settled();
    expect(call.state.microphone.on).toBe(false);
    const said = call.server.socket.all('participant:toggle-audio');
    expect(said.some(({ muted }) => !muted)).toBe(false);
  });
});

describe('the lobby', () => {
  const waiting = (message?: string): ServerMessage => ({
    type: 'meeting:waiting',
    data: {
      self: 'ada',
      code: 'abcde-fghjk',
      title: 'Monday',
      ticket: 'ticket-w',
      ...(message !== undefined && { message }),
    },
  });

  it('keeps us until a host admits us, and hears what the host says', async () => {
    const call = fakeCall();
    call.server.replies['meeting:join'] = () => waiting();
    await call.join(call.tracks());
    expect(call.state).toMatchObject({ phase: 'waiting', lobby: { title: 'Monday' } });
    call.server.socket.tell(waiting('Five minutes'), 0);
    expect(call.state.lobby?.message).toBe('Five minutes');
    expect(call.server.socket.all('webrtc:offer')).toEqual([]);
    call.server.socket.tell({ type: 'meeting:joined', data: call.server.snapshot }, 0);
    await settled();
    expect(call.state.phase).toBe('joined');
    const offers = call.server.socket.all('webrtc:offer').map(({ pc }) => pc);
    expect(offers.sort()).toEqual(['down', 'up']);
  });

  it('keeps our place when the link breaks', async () => {
    const call = fakeCall();
    call.server.replies['meeting:join'] = () => waiting();
    await call.join();
    await drop(call);
    expect(call.state.phase).toBe('waiting');
    expect(call.server.socket.protocols[1]).toBe('resume.ticket-w');
    expect(call.server.socket.all('meeting:join')).toHaveLength(1);
  });

  it('keeps trying to come back to it for as long as it takes', async () => {
    const call = fakeCall();
    call.server.replies['meeting:join'] = () => waiting();
    await call.join();
    const { api } = call;
    call.server.admits = () => false;
    call.api = () => Promise.reject(new ApiError(0, 'network', 'down'));
    await drop(call);
    await call.clock.advance(19_000);
    expect(call.state.phase).toBe('waiting');
    call.server.admits = () => true;
    call.api = api;
    await call.clock.advance(7_000);
    expect(call.state.phase).toBe('waiting');
    expect(call.server.socket.isOpen).toBe(true);
  });

  it('takes us back from the room, with nothing of us left in it', async () => {
    const call = await joined();
    const before = [...call.connections];
    call.server.socket.tell(waiting(), 0);
    await settled();
    expect(call.state.phase).toBe('waiting');
    expect(before.every(({ closed }) => closed)).toBe(true);
    call.server.socket.tell({ type: 'meeting:joined', data: call.server.snapshot }, 0);
    await settled();
    expect(call.state.phase).toBe('joined');
    expect(call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(2);
  });
});

describe('moderation', () => {
  it('switches our own things off when a host has', async () => {
    const call = await joined();
    await call.engine.shareScreen();
    for (const kind of ['muted', 'video-stopped', 'share-stopped'] as const) {
      call.server.socket.tell({ type: 'moderation:notice', data: { kind, by: 'bob' } });
      await settled();
    }
    const { microphone, camera, screen, notice } = call.state;
    expect([microphone.on, camera.on, screen.on]).toEqual([false, false, false]);
    expect(notice).toMatchObject({ kind: 'share-stopped', by: 'bob', id: 3 });
  });

  it('counts what whoever runs the server tells everybody', async () => {
    const call = await joined();
    for (const text of ['Soon.', 'Now.']) {
      const data = { text, at: '2026-01-01T00:00:00Z' };
      call.server.socket.tell({ type: 'meeting:announced', data });
    }
    await settled();
    expect(call.state.announcement).toEqual({ text: 'Now.', id: 2 });
  });

  it('never switches anything on', async () => {
    const call = fakeCall();
    await call.join();
    call.server.socket.tell({ type: 'moderation:notice', data: { kind: 'ask-unmute' } });
    await settled();
    expect(call.state.microphone.on).toBe(false);
    expect(call.devices.opened).toEqual([]);
  });

  it('keeps what hosts know: who waits, and what differs for whom', async () => {
    const call = fakeCall();
    const guest = { id: 'w', name: 'Wei', guest: true, since: '2026-01-01T00:00:00Z' };
    call.server.snapshot = {
      ...call.server.snapshot,
      overrides: { bob: { share: true } },
      waiting: [guest],
    };
    await call.join();
    expect(call.state).toMatchObject({ overrides: { bob: { share: true } }, waiting: [guest] });
    const { socket } = call.server;
    socket.tell({ type: 'lobby:changed', data: { waiting: [], message: 'Soon' } });
    socket.tell({
      type: 'permissions:overridden',
      data: { participant: 'bob', override: { chat: false } },
    });
    expect(call.state).toMatchObject({
      overrides: { bob: { chat: false } },
      waiting: [],
      waitingMessage: 'Soon',
    });
  });

  it('says why the server refuses', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['moderation:lock'] = () => ({
      type: 'error',
      data: { code: 'forbidden', message: 'Only hosts lock.' },
    });
    const lock = { type: 'moderation:lock', data: { locked: true } } as const;
    await expect(call.engine.moderate(lock)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is over for good when we are removed', async () => {
    const call = await joined();
    call.server.socket.tell({ type: 'moderation:notice', data: { kind: 'removed' } });
    call.server.socket.drop(4004);
    await settled();
    expect(call.state).toMatchObject({ phase: 'failed', error: { code: 'removed' } });
    expect(call.server.sockets).toHaveLength(1);
    expect(call.devices.live()).toEqual([]);
  });
});

describe('reactions', () => {
  it('come as a burst, one by one or counted', async () => {
    const call = fakeCall();
    call.server.snapshot = {
      ...call.server.snapshot,
      participants: [person('ada'), person('bob')],
    };
    await call.join();
    call.server.socket.tell(
      {
        type: 'reactions:burst',
        data: {
          reactions: [{ participant: 'bob', emoji: '👍' }],
          counts: [{ emoji: '🎉', count: 31 }],
        },
      },
      0,
    );
    expect(call.state.bursts).toEqual([
      { id: 1, participant: 'bob', emoji: '👍', count: 1 },
      { id: 2, emoji: '🎉', count: 31 },
    ]);
    call.engine.react('👏');
    expect(call.server.socket.all('participant:react')).toEqual([{ emoji: '👏' }]);
  });
});
