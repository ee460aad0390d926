import { describe, expect, it } from 'vitest';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';

describe('the microphone', () => {
  it('sends nothing while muted, but keeps its device and its m-line', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const sender = call.connection('sendonly').transceivers[0]!.sender;
    const track = sender.track;
    await call.engine.setMicrophone(false);
    expect(sender.track).toBeNull();
    expect(track).toMatchObject({ enabled: false, readyState: 'live' });
    expect(call.state.microphone).toEqual({ on: false, busy: false });
    await call.engine.setMicrophone(true);
    expect(sender.track).toBe(track);
    expect(track?.enabled).toBe(true);
    const { socket } = call.server;
    expect(socket.all('participant:toggle-audio').map(({ muted }) => muted)).toEqual([
      false,
      true,
      false,
    ]);
    expect(socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(1);
  });

  it('is asked for at the first unmute, not before', async () => {
    const call = fakeCall();
    await call.join();
    expect(call.devices.asked).toEqual([]);
    await call.engine.setMicrophone(true);
    expect(call.devices.asked).toHaveLength(1);
    const up = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(up[0]?.sources).toEqual([{ mid: '0', source: 'microphone' }]);
  });

  it('goes on with what is left when it is pulled out', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    call.devices.opened[0]!.end();
    await settled();
    expect(call.state.microphone).toEqual({ on: true, busy: false });
    const { sender } = call.connection('sendonly').transceivers[0]!;
    expect(sender.track).toMatchObject({ id: 'audio-2', readyState: 'live' });
  });

  it('is off with a problem when it is pulled out and there is no other', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    call.devices.refusal = 'NotFoundError';
    call.devices.opened[0]!.end();
    await settled();
    expect(call.state.microphone).toEqual({ on: false, busy: false, problem: 'missing' });
    const toggles = call.server.socket.all('participant:toggle-audio');
    expect(toggles[toggles.length - 1]).toEqual({ muted: true });
  });
});

describe('the camera', () => {
  it('lets go of the device when it is off, and re-uses its m-line', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const sender = call.connection('sendonly').transceivers[1]!.sender;
    const first = sender.track;
    await call.engine.setCamera(false);
    expect(sender.track).toBeNull();
    expect(first?.readyState).toBe('ended');
    expect(call.engine.videoOf('ada', 'camera')).toBeNull();
    await call.engine.setCamera(true);
    expect(sender.track?.readyState).toBe('live');
    expect(sender.track).not.toBe(first);
    expect(call.engine.videoOf('ada', 'camera')).not.toBeNull();
    const toggles = call.server.socket.all('participant:toggle-video').map(({ muted }) => muted);
    expect(toggles).toEqual([false, true, false]);
  });

  it('ends where the last of many clicks says', async () => {
    const call = fakeCall();
    await call.join();
    const clicks = [true, false, true, false].map((on) => call.engine.setCamera(on));
    await Promise.all(clicks);
    expect(call.state.camera).toEqual({ on: false, busy: false });
    expect(call.devices.live()).toHaveLength(0);
  });

  it('is one offer at a time, however many are needed', async () => {
    const call = fakeCall();
    let waiting: number[] = [];
    await call.join();
    call.server.replies['webrtc:offer'] = ({ id }) => {
      waiting.push(id);
      return undefined;
    };
    void call.engine.setMicrophone(true);
    await settled();
    void call.engine.setCamera(true);
    await settled();
    expect(waiting).toHaveLength(1);
    expect(call.state.camera).toEqual({ on: false, busy: true });
    const answer = { type: 'webrtc:answer', data: { pc: 'up', sdp: 'a' } } as const;
    call.server.socket.reply(waiting[0]!, answer);
    await settled();
    expect(waiting).toHaveLength(2);
    call.server.socket.reply(waiting[1]!, answer);
    await settled();
    expect(call.state.camera).toEqual({ on: true, busy: false });
    waiting = [];
  });

  it('changes to another device without an offer', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const sender = call.connection('sendonly').transceivers[1]!.sender;
    const first = sender.track;
    call.devices.cameraSize = { width: 640, height: 360 };
    await call.engine.useCamera('other');
    expect(call.devices.asked[0]?.video).toMatchObject({ deviceId: { exact: 'other' } });
    expect(first?.readyState).toBe('ended');
    expect(sender.track?.readyState).toBe('live');
    // Three layers of a picture too small for them would lose the largest.
    expect(
      sender.encodings.map(({ scaleResolutionDownBy, active }) => [scaleResolutionDownBy, active]),
    ).toEqual([
      [2, true],
      [1, true],
      [1, false],
    ]);
    expect(call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(1);
  });

  it('keeps the picture when the other device cannot be opened', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const sender = call.connection('sendonly').transceivers[1]!.sender;
    const first = sender.track;
    call.devices.refusal = 'NotReadableError';
    await call.engine.useCamera('other');
    expect(sender.track).toBe(first);
    expect(call.state.camera).toEqual({ on: true, busy: false, problem: 'in-use' });
  });

  it('is off with a problem when the server refuses the offer', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['webrtc:offer'] = () => ({
      type: 'error',
      data: { code: 'bad_sdp', message: 'no' },
    });
    await call.engine.setCamera(true);
    expect(call.state.camera).toEqual({ on: false, busy: false, problem: 'failed' });
    expect(call.devices.live()).toHaveLength(0);
    delete call.server.replies['webrtc:offer'];
    await call.engine.setCamera(true);
    expect(call.state.camera).toEqual({ on: true, busy: false });
    expect(call.connection('sendonly').answers).toBe(1);
  });
});

describe('a problem', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'in-use'],
    ['TypeError', 'failed'],
  ])('%s is told as %s, and goes away with success', async (name, problem) => {
    const call = fakeCall();
    await call.join();
    call.devices.refusal = name;
    await call.engine.setCamera(true);
    expect(call.state.camera).toEqual({ on: false, busy: false, problem });
    call.devices.refusal = undefined;
    await call.engine.setCamera(true);
    expect(call.state.camera).toEqual({ on: true, busy: false });
  });
});
