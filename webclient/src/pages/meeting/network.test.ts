import { expect, it } from 'vitest';
import { networkOf } from './network';

const before = { received: 1000, lost: 10 };

it.each([
  ['nothing lost', { received: 2000, lost: 10 }, 0.03, 'good'],
  ['nothing received', before, undefined, 'good'],
  ['some lost', { received: 1950, lost: 60 }, 0.03, 'fair'],
  ['much lost', { received: 1900, lost: 110 }, 0.03, 'weak'],
  ['a long way', { received: 2000, lost: 10 }, 0.3, 'fair'],
  ['a very long way', { received: 2000, lost: 10 }, 0.7, 'weak'],
  ['late packets found again', { received: 2000, lost: 4 }, 0.03, 'good'],
] as const)('%s', (_, now, trip, want) => {
  expect(networkOf(before, now, trip)).toBe(want);
});
