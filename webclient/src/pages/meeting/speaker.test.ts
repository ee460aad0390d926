import { expect, it } from 'vitest';
import { seatIn } from './speaker';

const mara = { id: 'mara', since: 1_000 };

it.each([
  ['the first speaker at once', { id: undefined, since: -9_000 }, 'mara', 1_000, 0],
  ['the same speaker never', mara, 'mara', 9_000, null],
  ['another one two seconds after the last change', mara, 'tomas', 1_500, 1_500],
  ['another one at once, after a long speech', mara, 'tomas', 9_000, 0],
  ['nobody after four seconds of silence', mara, undefined, 9_000, 4_000],
  ['nobody stays nobody', { id: undefined, since: 0 }, undefined, 9_000, null],
])('%s', (_, seat, active, now, want) => {
  expect(seatIn(seat, active, now)).toBe(want);
});
