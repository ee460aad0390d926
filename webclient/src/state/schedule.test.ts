import { describe, expect, it } from 'vitest';
import {
  draftOf,
  instantOf,
  nextHalfHour,
  repeatOf,
  repeats,
  ruleOf,
  scheduleOf,
} from './schedule';
import { timeZones, wallTime } from './schedule';

describe('a time on the clocks of a zone', () => {
  it.each([
    ['2026-11-23', '10:30', 'Europe/Berlin', '2026-11-23T09:30:00.000Z'],
    ['2026-07-01', '10:30', 'Europe/Berlin', '2026-07-01T08:30:00.000Z'],
    ['2026-11-23', '00:15', 'Asia/Kolkata', '2026-11-22T18:45:00.000Z'],
    ['2026-11-23', '23:45', 'America/Los_Angeles', '2026-11-24T07:45:00.000Z'],
    // Clocks go from 02:00 to 03:00: the hour between does not exist.
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29', '03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ])('%s %s in %s', (date, time, zone, want) => {
    expect(instantOf({ date, time }, zone)?.toISOString()).toBe(want);
  });

  it('comes back as it went, around every hour of a change of clocks', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC']) {
      for (let hour = 0; hour < 365 * 24; hour += 7) {
        const at = new Date(Date.UTC(2026, 0, 1, hour));
        const wall = wallTime(at, zone);
        const again = instantOf(wall, zone);
        expect(again && wallTime(again, zone)).toEqual(wall);
      }
    }
  });

  it('is nothing if it is no date', () => {
    expect(instantOf({ date: '', time: '10:00' }, 'UTC')).toBeNull();
    expect(scheduleOf({ ...draftOf(undefined, new Date(0)), date: '2026-13-40' })).toBeNull();
  });
});

describe('repetition', () => {
  it.each(repeats.flatMap((each) => [[each, undefined] as const, [each, 10] as const]))(
    '%s, %s times, is understood again',
    (repeat, times) => {
      const rule = ruleOf(repeat, times);
      const want = repeat === 'never' || times === undefined ? { repeat } : { repeat, times };
      expect(repeatOf(rule)).toEqual(want);
    },
  );

  it('keeps a rule that it has no name for', () => {
    const schedule = {
      startsAt: '2026-11-23T09:30:00.000Z',
      minutes: 30,
      timeZone: 'Europe/Berlin',
      recurrence: 'FREQ=MONTHLY;BYDAY=2TU',
    };
    const draft = draftOf(schedule, new Date(0));
    expect(draft).toMatchObject({ repeat: 'other', date: '2026-11-23', time: '10:30' });
    expect(scheduleOf(draft)).toEqual(schedule);
  });
});

it.each([
  ['10:00', '10:30'],
  ['10:14', '10:30'],
  ['10:16', '11:00'],
  ['10:44', '11:00'],
])('at %s one proposes %s', (now, want) => {
  const at = nextHalfHour(new Date(`2026-11-23T${now}:00Z`));
  expect(at.toISOString().slice(11, 16)).toBe(want);
});

it('offers the own zone even where the browser does not list it', () => {
  expect(timeZones('Mars/Phobos')).toContain('Mars/Phobos');
});
