import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import { dayOf, greetingOf, longDate } from './dates';

const t = ((key: string) => key.split('.').pop() ?? key) as unknown as TFunction;
const now = new Date(2026, 10, 23, 10, 24);

describe('dayOf', () => {
  it.each([
    [new Date(2026, 10, 23, 0, 1), 'today'],
    [new Date(2026, 10, 22, 23, 59), 'yesterday'],
    [new Date(2026, 10, 20, 12), 'Friday'],
    [new Date(2026, 9, 2, 12), '2 October'],
    [new Date(2025, 9, 2, 12), '2 Oct 2025'],
  ])('%s', (at, want) => {
    expect(dayOf(at, now, t, 'en')).toBe(want);
  });
});

it.each([
  [3, 'evening'],
  [4, 'morning'],
  [12, 'afternoon'],
  [18, 'evening'],
])('at %i o’clock it is %s', (hour, want) => {
  expect(greetingOf(new Date(2026, 10, 23, hour))).toBe(want);
});

it('writes the date in words', () => {
  expect(longDate(now, 'en')).toBe('Monday 23 November');
});
