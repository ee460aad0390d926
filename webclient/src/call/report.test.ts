import { expect, it } from 'vitest';
import { slotReports } from './report';
import { slotStats } from './stats';
import type { SlotStats } from './state';

const none = slotStats([], undefined);
const slot = (change: Partial<SlotStats>): SlotStats =>
  ({
    mid: '4',
    kind: 'video',
    number: 7,
    bytesReceived: 0,
    frameHeight: 360,
    freezeCount: 0,
    totalFreezesDuration: 0,
    jitterBufferDelay: 0,
    jitterBufferEmittedCount: 0,
    ...change,
  }) as SlotStats;

it('tells of the time since the last look', () => {
  const before = [slot({ bytesReceived: 100, freezeCount: 3, totalFreezesDuration: 2 })];
  const now = [
    slot({
      bytesReceived: 900,
      freezeCount: 5,
      totalFreezesDuration: 3.2504,
      jitterBufferDelay: 24,
      jitterBufferEmittedCount: 300,
    }),
  ];
  expect(slotReports(before, now)).toEqual([
    { mid: '4', height: 360, freezes: 2, frozen: 1250, jitterBuffer: 80 },
  ]);
});

it('leaves out what carries nothing, and what it sees for the first time', () => {
  expect(slotReports([slot({})], [slot({})])).toEqual([]);
  expect(slotReports(none, [slot({ bytesReceived: 9 })])).toEqual([]);
  expect(slotReports([slot({})], [slot({ number: 0, bytesReceived: 9 })])).toEqual([]);
});

it('sends no number below nothing when a connection was made anew', () => {
  const before = [slot({ freezeCount: 9, totalFreezesDuration: 9 })];
  expect(slotReports(before, [slot({ bytesReceived: 9 })])[0]).toMatchObject({
    freezes: 0,
    frozen: 0,
  });
});
