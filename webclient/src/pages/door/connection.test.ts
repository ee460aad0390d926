import { describe, expect, it } from 'vitest';
import type { CallStats, SendStats, SlotStats } from '../../call';
import { between, verdict } from './connection';

const stats = (change: Partial<CallStats>): CallStats => ({
  at: 0,
  offers: { up: 1, down: 1 },
  up: [],
  down: [],
  ...change,
});
const up = (bytesSent: number) => ({ bytesSent }) as SendStats;
const down = (bytesReceived: number, packetsReceived: number, packetsLost: number) =>
  ({ bytesReceived, packetsReceived, packetsLost }) as SlotStats;

describe('what was measured', () => {
  const path = { protocol: 'UDP', relayed: false };
  const before = [
    stats({ at: 1_000, up: [up(10_000), up(5_000)] }),
    stats({ at: 1_000, down: [down(9_000, 10, 2)] }),
  ] as const;

  it('is what came between two looks', () => {
    const after = [
      stats({ at: 3_000, up: [up(260_000), up(255_000)] }),
      stats({ at: 3_000, down: [down(134_000, 108, 4)], roundTripTime: 0.0384, path }),
    ] as const;
    expect(between(before, after)).toEqual({
      roundTrip: 38,
      loss: 0.02,
      up: 2_000_000,
      down: 500_000,
      path,
    });
  });

  it('is zero where nothing came', () => {
    expect(between(before, before)).toMatchObject({ loss: 0, up: 0, down: 0, roundTrip: 0 });
  });

  it('never says that less was lost than nothing', () => {
    // Packets that come late take their loss back.
    const after = [before[0], stats({ at: 3_000, down: [down(10_000, 12, 0)] })] as const;
    expect(between(before, after).loss).toBe(0);
  });
});

it.each([
  [38, 0.002, 2, 'good'],
  [220, 0.002, 2, 'fair'],
  [38, 0.03, 2, 'fair'],
  [38, 0.1, 2, 'weak'],
  [500, 0, 2, 'weak'],
  [38, 0, 0.3, 'fair'],
  [38, 0, 0.05, 'weak'],
])('%i ms, %f lost and %f Mbit/s are %s', (roundTrip, loss, rate, want) => {
  const bits = rate * 1_000_000;
  expect(verdict({ roundTrip, loss, up: bits, down: 5_000_000 })).toBe(want);
  expect(verdict({ roundTrip, loss, up: 5_000_000, down: bits })).toBe(want);
});
