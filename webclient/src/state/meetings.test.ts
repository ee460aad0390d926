import { describe, expect, it } from 'vitest';
import type { Meeting } from '../api';
import { invitationIn, sorted } from './meetings';

const base: Meeting = {
  code: 'abcde-fghjk',
  title: 'Monday',
  hostName: 'Ada',
  live: false,
  guestsAllowed: true,
  lobby: false,
};
const schedule = { startsAt: '2026-11-23T09:30:00Z', minutes: 30, timeZone: 'UTC' };

describe('the lists of the dashboard', () => {
  it.each<[string, Partial<Meeting>, string[]]>([
    ['made just now', {}, ['ready']],
    ['with people in it', { live: true, endedAt: '2026-11-01T00:00:00Z' }, ['live']],
    ['ended for all', { endedAt: '2026-11-01T00:00:00Z' }, ['past']],
    ['that everybody left', { lastHeldAt: '2026-11-01T00:00:00Z' }, ['past']],
    ['still to come', { schedule: { ...schedule, nextAt: schedule.startsAt } }, []],
    ['whose time went by', { schedule }, ['past']],
    [
      'that comes again',
      { schedule: { ...schedule, nextAt: schedule.startsAt }, lastHeldAt: '2026-11-01T00:00:00Z' },
      ['past'],
    ],
  ])('a meeting %s', (_, change, want) => {
    const lists = Object.entries(sorted([{ ...base, ...change }]));
    expect(lists.filter(([, list]) => list.length > 0).map(([name]) => name)).toEqual(want);
  });
});

it.each([
  ['#i=abc', 'abc'],
  ['', undefined],
  ['#other=1', undefined],
])('the invitation in %j', (hash, want) => {
  expect(invitationIn(hash)).toBe(want);
});
