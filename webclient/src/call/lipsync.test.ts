import { describe, expect, it } from 'vitest';
import type { SlotAssignment } from '../protocol/messages';
import type { Reading } from './clocks';
import { fakeCall } from './testing/call';

type Call = ReturnType<typeof fakeCall>;

const audioMid = '0';
const videoMid = '4';
const origin = 1_800_000_000_000;

const assigned = (number: number, participant = 'grace'): SlotAssignment[] => [
  { mid: audioMid, number: number + 1, participant, source: 'microphone' },
  { mid: videoMid, number, participant, source: 'camera' },
];

/** A room in which grace is heard so many milliseconds after she is seen. */
async function room(first: number) {
  let late = first;
  const call = fakeCall();
  await call.join();
  const receiver = (mid: string) => call.connection('recvonly').transceivers[Number(mid)]!.receiver;
  const audio = receiver(audioMid);
  const video = receiver(videoMid);
  let version = 0;
  const assign = (slots: SlotAssignment[]) => {
    const data = { version: ++version, slots };
    call.server.socket.tell({ type: 'slots:assigned', data });
    video.contributing = [{ source: slots[1]!.number, timestamp: version }];
  };
  const clocks = [
    { mid: audioMid, ntp: origin, rtp: 0 },
    { mid: videoMid, ntp: origin, rtp: 0 },
  ];
  assign(assigned(5));
  call.server.socket.tell({ type: 'slots:clock', data: { clocks } });
  await call.clock.advance(100);
  const stream = call.engine.videoOf('grace', 'camera')!;
  const began = call.clock.now();
  const frame = (): Reading => ({ rtp: (call.clock.now() - began) * 90, at: call.clock.now() });
  call.engine.watchFrames(stream, (f) => {
    // The sound that is heard now was captured as much earlier as it is late.
    const played = call.clock.now() - began - late - (audio.jitterBufferTarget ?? 0);
    const shown = frame();
    audio.synchronization = [{ timestamp: call.clock.now(), rtpTimestamp: played * 48 }];
    f({ ...shown, rtp: shown.rtp - (video.jitterBufferTarget ?? 0) * 90 });
  });
  // The sound of this very second, also before the first frame is asked for.
  audio.synchronization = [{ timestamp: call.clock.now(), rtpTimestamp: -late * 48 }];
  const becomes = (ms: number) => {
    late = ms;
  };
  return { call, audio, video, assign, late: becomes };
}

async function seconds(call: Call, n: number) {
  await call.clock.advance(n * 1000);
}

describe('sound and picture of one participant', () => {
  it('come together within the first second when the sound is late', async () => {
    const { call, audio, video } = await room(300);
    await seconds(call, 1);
    expect(video.jitterBufferTarget).toBe(300);
    await seconds(call, 10);
    expect([audio.jitterBufferTarget, video.jitterBufferTarget]).toEqual([null, 300]);
  });

  it('stay together while the sound, held up by a jam, falls into time again', async () => {
    const { call, video, late } = await room(500);
    await seconds(call, 1);
    expect(video.jitterBufferTarget).toBe(500);
    for (let i = 0; i < 40; i++) {
      await seconds(call, 0.1);
      late(500 - 10 * i);
    }
    await seconds(call, 2);
    expect(Math.abs((video.jitterBufferTarget ?? 0) - 110)).toBeLessThanOrEqual(30);
  });

  it('come together a step at a time when they have been together before', async () => {
    const { call, video, late } = await room(0);
    await seconds(call, 4);
    late(300);
    for (let i = 0; i < 20 && video.jitterBufferTarget === null; i++) await seconds(call, 0.1);
    expect(video.jitterBufferTarget).toBe(150);
    await seconds(call, 4);
    expect(video.jitterBufferTarget).toBeGreaterThanOrEqual(270);
  });

  it('are left alone while they are in time', async () => {
    const { call, audio, video } = await room(30);
    await seconds(call, 20);
    expect([audio.jitterBufferTarget, video.jitterBufferTarget]).toEqual([null, null]);
  });

  it('hold the sound back when the picture is late', async () => {
    const { call, audio, video } = await room(-120);
    await seconds(call, 2.5);
    expect(audio.jitterBufferTarget).toBe(120);
    expect(video.jitterBufferTarget).toBeNull();
  });

  it('owe nothing to whoever is in the slot next', async () => {
    const { call, video, assign } = await room(300);
    await seconds(call, 2.5);
    expect(video.jitterBufferTarget).toBe(300);
    assign(assigned(9, 'alan'));
    expect(video.jitterBufferTarget).toBeNull();
  });

  it('are not judged by sound from long ago', async () => {
    const { call, audio, video } = await room(300);
    const old = { timestamp: call.clock.now() - 5_000, rtpTimestamp: 0 };
    Object.defineProperty(audio, 'synchronization', { get: () => [old], set: () => {} });
    await seconds(call, 20);
    expect(video.jitterBufferTarget).toBeNull();
  });

  it('are not judged by another clock', async () => {
    const { call, video } = await room(300);
    await seconds(call, 0.5);
    // The publisher came back: what was read until now is worth nothing.
    const clocks = [{ mid: audioMid, ntp: origin + 300, rtp: 0 }];
    call.server.socket.tell({ type: 'slots:clock', data: { clocks } });
    for (let i = 0; i < 10; i++) {
      await seconds(call, 1);
      expect(video.jitterBufferTarget).toBeNull();
    }
  });
});
