import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import { dayOf, durationText, greetingOf, longDate, untilText } from './dates';

const t = ((key: string) => key.split('.').pop() ?? key) as unknown as TFunction;
const now = new Date(2026, 10, 23, 10, 24);

describe('dayOf', () => {
  it.each([
    [new Date(2026, 10, 23, 0, 1), 'today'],
    [new Date(2026, 10, 22, 23, 59), 'yesterday'],
    [new Date(2026, 10, 20, 12), 'Friday'],
    [new Date(2026, 9, 2, 12), '2 October'],
    [new Date(2026, 10, 24, 0, 1), 'tomorrow'],
    [new Date(2026, 10, 27, 12), 'Friday'],
    [new Date(2026, 10, 30, 12), '30 November'],
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

it.each([
  [1, 'en', '1 minute'],
  [45, 'en', '45 minutes'],
  [60, 'en', '1 hour'],
  [75, 'en', '1 hr 15 mins'],
  [45, 'de', '45 Minuten'],
  [45, 'ar', '45 دقيقة'],
])('%i minutes in %s', (minutes, language, want) => {
  expect(durationText(minutes, language)).toBe(want);
});

it.each([
  [new Date(2026, 10, 23, 10, 24), 'now'],
  [new Date(2026, 10, 23, 11, 30), 'in'],
  [new Date(2026, 10, 24, 9), 'tomorrow'],
])('%s begins %s', (at, want) => {
  expect(untilText(at, now, t, 'en')).toBe(want);
});
