import { describe, expect, it } from 'vitest';
import type { LayersWanted } from '../protocol/messages';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';

type Call = ReturnType<typeof fakeCall>;

async function want(call: Call, layers: boolean[], change: Partial<LayersWanted> = {}) {
  const data: LayersWanted = { source: 'camera', codec: 'VP8', layers, ...change };
  call.server.socket.tell({ type: 'layers:wanted', data });
  await settled();
}

const sender = (call: Call) => call.connection('sendonly').transceivers[1]!.sender;
const active = (call: Call) => sender(call).encodings.map((each) => each.active ?? true);
const codecs = (call: Call) => sender(call).encodings.map(({ codec }) => codec?.mimeType);

describe('layers:wanted', () => {
  it('stops what nobody watches, and brings it back at once', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    await want(call, [true]);
    expect(active(call)).toEqual([true, false, false]);
    await want(call, [true, true, true]);
    expect(active(call)).toEqual([true, true, true]);
    await want(call, []);
    expect(active(call)).toEqual([false, false, false]);
  });

  it('heeds the last of a burst, one change after the other', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const before = sender(call).changes;
    void want(call, [true]);
    void want(call, []);
    void want(call, [true, true]);
    await want(call, [true, true, true]);
    await want(call, [true, true]);
    expect(active(call)).toEqual([true, true, false]);
    expect(sender(call).changes - before).toBeLessThanOrEqual(3);
  });

  it('lasts through another camera, and through a camera that was off', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    await want(call, [true]);
    await call.engine.setCamera(false);
    await call.engine.setCamera(true);
    expect(active(call)).toEqual([true, false, false]);
    call.devices.cameraSize = { width: 640, height: 360 };
    await call.engine.useCamera('other');
    await want(call, [true, true, true]);
    expect(active(call)).toEqual([true, true, false]);
  });

  it('is forgotten with the connection that it was about', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    await want(call, []);
    const error = { code: 'media_closed', message: 'gone' } as const;
    call.server.socket.tell({ type: 'error', data: error });
    await settled();
    expect(active(call)).toEqual([true, true, true]);
  });

  it('does not disturb what has no layers', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    await want(call, [], { source: 'microphone' });
    await want(call, [true], { source: 'screen' });
    expect(active(call)).toEqual([true, true, true]);
  });
});

describe('the codec', () => {
  it('is changed in place when the server names another one, and back', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    expect(codecs(call)).toEqual([undefined, undefined, undefined]);
    await want(call, [true, true, true], { codec: 'H264' });
    expect(codecs(call)).toEqual(Array(3).fill('video/H264'));
    await want(call, [true, true, true], { codec: 'VP8' });
    expect(codecs(call)).toEqual(Array(3).fill('video/VP8'));
    expect(call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(1);
  });

  it('is changed by an offer where the browser cannot do it in place', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    sender(call).codecByOrderOnly = true;
    await want(call, [true], { codec: 'H264' });
    const offers = call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up');
    expect(offers).toHaveLength(2);
    const line = call.connection('sendonly').transceivers[1]!;
    expect(line.codecs[0]?.mimeType).toBe('video/H264');
    expect(active(call)).toEqual([true, false, false]);
    await want(call, [true, true], { codec: 'H264' });
    expect(call.server.socket.all('webrtc:offer').filter(({ pc }) => pc === 'up')).toHaveLength(2);
  });

  it('stays if the server names one that was not negotiated', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    sender(call).codecs = sender(call).codecs.filter(({ mimeType }) => mimeType !== 'video/AV1');
    await want(call, [true], { codec: 'AV1' });
    expect(codecs(call)).toEqual([undefined, undefined, undefined]);
    expect(active(call)).toEqual([true, false, false]);
  });

  it.each([
    ['auto', 'video/VP8', 3, undefined],
    ['h264', 'video/H264', 3, 'L1T3'],
    ['vp9', 'video/VP9', 1, 'L3T3_KEY'],
    ['av1', 'video/AV1', 1, 'L3T3_KEY'],
  ] as const)('%s sends %s in %i streams', async (codec, mime, streams, mode) => {
    const call = fakeCall();
    await call.join({ ...call.tracks(), preferences: { codec } });
    const line = call.connection('sendonly').transceivers[1]!;
    expect(line.codecs[0]?.mimeType).toBe(mime);
    expect(line.codecs.map(({ mimeType }) => mimeType)).toContain('video/VP8');
    expect(line.sender.encodings).toHaveLength(streams);
    expect(line.sender.encodings[0]?.scalabilityMode).toBe(mode);
  });

  it('falls back for a viewer without AV1, in one plain stream', async () => {
    const call = fakeCall();
    await call.join({ ...call.tracks(), preferences: { codec: 'av1' } });
    await want(call, [true], { codec: 'VP8' });
    expect(sender(call).encodings).toMatchObject([
      { codec: { mimeType: 'video/VP8' }, scalabilityMode: 'L1T3', active: true },
    ]);
  });

  it('chosen in a running meeting takes another connection, and nothing else changes', async () => {
    const call = fakeCall();
    await call.join(call.tracks());
    const first = call.connection('sendonly');
    call.engine.setPreferences({ codec: 'vp9' });
    await settled();
    const second = call.connection('sendonly');
    expect(first.closed).toBe(true);
    expect(second).not.toBe(first);
    expect(second.transceivers).toHaveLength(2);
    expect(call.state).toMatchObject({ phase: 'joined', camera: { on: true } });
  });
});
