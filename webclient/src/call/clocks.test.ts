import { describe, expect, it } from 'vitest';
import { align, captureAt, median, skewOf } from './clocks';
import type { Targets } from './clocks';

const clock = (rtp: number, ntp = 1_800_000_000_000) => ({ mid: '0', ntp, rtp });

describe('the moment of capture', () => {
  it.each([
    ['at the pair itself', 90_000, 0],
    ['a second later', 180_000, 1000],
    ['a second before', 0, -1000],
  ])('%s', (_, rtp, expected) => {
    const reading = { rtp, at: 5_000 };
    expect(captureAt(clock(90_000), reading, 90_000, 5_000) - clock(0).ntp).toBe(expected);
  });

  it('goes on with the time since the reading', () => {
    expect(captureAt(clock(0), { rtp: 0, at: 5_000 }, 48_000, 5_250) - clock(0).ntp).toBe(250);
  });

  it('does not mind that timestamps begin again at 0', () => {
    const wrapped = captureAt(clock(2 ** 32 - 45_000), { rtp: 45_000, at: 0 }, 90_000, 0);
    expect(wrapped - clock(0).ntp).toBe(1000);
  });
});

describe('skew', () => {
  const now = 1_900_000_000_000;
  // Captured at the same moment of the server's clock, shown `late` ms after the other.
  const side = (rate: number, late: number) => ({
    clock: clock(7_000),
    reading: { rtp: 7_000 + rate, at: now + late },
  });

  it('is nothing for what comes out together, whatever this machine’s clock says', () => {
    expect(skewOf(side(90_000, 0), side(48_000, 0))).toBe(0);
  });

  it('is positive while the picture is ahead', () => {
    expect(skewOf(side(90_000, 0), side(48_000, 300))).toBeCloseTo(300);
    expect(skewOf(side(90_000, 120), side(48_000, 0))).toBeCloseTo(-120);
  });
});

it.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[300, 10, 12, 11, -900], 11],
])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

describe('align', () => {
  const free: Targets = { video: null, audio: null };
  const delay = { video: 60, audio: 40 };

  it.each([0, 30, -30, 12])('leaves %d ms alone', (skew) => {
    expect(align(skew, free, delay)).toBeNull();
  });

  it('holds back what is ahead, by a step or half of the way', () => {
    expect(align(200, free, delay)).toEqual({ video: 180, audio: null });
    expect(align(300, free, delay)).toEqual({ video: 210, audio: null });
    expect(align(50, free, delay)).toEqual({ video: 110, audio: null });
    expect(align(-60, free, delay)).toEqual({ video: null, audio: 100 });
    expect(align(-300, free, delay)).toEqual({ video: null, audio: 340 });
  });

  it('holds a picture back in one that has only just begun', () => {
    expect(align(300, free, delay, true)).toEqual({ video: 360, audio: null });
  });

  it('lets go of what was held back too much before it holds back the other', () => {
    expect(align(-70, { video: 200, audio: null }, { video: 200, audio: 40 })).toEqual({
      video: 130,
      audio: null,
    });
    expect(align(-80, { video: 85, audio: null }, { video: 85, audio: 40 })).toEqual(free);
  });

  it('asks for more where a buffer holds less than it was asked to', () => {
    const held = { video: 20, audio: 150 };
    expect(align(146, { video: 155, audio: null }, held)).toEqual({ video: 275, audio: null });
  });

  it('does not make the sound wait for a picture that comes very late', () => {
    expect(align(-900, { video: null, audio: 580 }, { video: 0, audio: 580 })?.audio).toBe(600);
    expect(align(-900, { video: null, audio: 600 }, { video: 0, audio: 600 })).toBeNull();
  });

  it('never asks for more than four seconds', () => {
    expect(align(5_000, { video: 3_990, audio: null }, { video: 3_990, audio: 0 })?.video).toBe(
      4_000,
    );
  });

  it.each([450, 120, -300, -90])(
    'brings %d ms of delay of its own down within a few rounds',
    (late) => {
      // Sound that is late by `late` (or a picture, if negative), buffers that hold what they are asked to.
      let targets = free;
      const natural = { video: 60, audio: 40 };
      const held = () => ({
        video: Math.max(natural.video, targets.video ?? 0),
        audio: Math.max(natural.audio, targets.audio ?? 0),
      });
      const skew = () => late - (held().video - natural.video) + (held().audio - natural.audio);
      let rounds = 0;
      for (; Math.abs(skew()) > 40 && rounds < 20; rounds++) {
        targets = align(skew(), targets, held()) ?? targets;
      }
      expect(rounds).toBeLessThanOrEqual(6);
      // And it stays so.
      expect(align(skew(), targets, held())).toBeNull();
    },
  );

  it('brings a picture into time whose packets are too late for what was asked', () => {
    let targets = free;
    const natural = 20;
    const missing = 130;
    const held = () => ({ video: Math.max(natural, (targets.video ?? 0) - missing), audio: 150 });
    const skew = () => 150 + natural - held().video;
    for (let rounds = 0; rounds < 6; rounds++) {
      targets = align(skew(), targets, held()) ?? targets;
    }
    expect(Math.abs(skew())).toBeLessThanOrEqual(40);
  });
});
