import type { NewSchedule } from '../api';

/** Date and time as somebody in the time zone reads them: "2026-11-23" and "10:30". */
export interface WallTime {
  date: string;
  time: string;
}

export const repeats = ['never', 'daily', 'weekdays', 'weekly', 'fortnightly', 'monthly'] as const;

/** `other` is a rule that no choice here stands for; it is kept as it is. */
export type Repeat = (typeof repeats)[number] | 'other';

const rules: Record<(typeof repeats)[number], string> = {
  never: '',
  daily: 'FREQ=DAILY',
  weekdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  weekly: 'FREQ=WEEKLY',
  fortnightly: 'FREQ=WEEKLY;INTERVAL=2',
  monthly: 'FREQ=MONTHLY',
};

export function repeatOf(rule: string | undefined): { repeat: Repeat; times?: number } {
  const parts = (rule ?? '').split(';');
  const count = parts.find((each) => each.startsWith('COUNT='))?.slice(6);
  const rest = parts.filter((each) => each !== '' && !each.startsWith('COUNT=')).join(';');
  const repeat = repeats.find((each) => rules[each] === rest) ?? 'other';
  return count === undefined ? { repeat } : { repeat, times: Number(count) };
}

/** Undefined for a meeting that takes place once. */
export function ruleOf(repeat: Repeat, times?: number): string | undefined {
  if (repeat === 'never' || repeat === 'other') return undefined;
  return times === undefined ? rules[repeat] : `${rules[repeat]};COUNT=${times}`;
}

export function ownTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export function timeZones(own = ownTimeZone()): string[] {
  const known =
    typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return [...new Set([own, 'UTC', ...known])].sort();
}

export function wallTime(at: Date, timeZone: string): WallTime {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`,
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
}

/** The moment at which clocks there show that; an hour that clocks skip becomes the one after it. Null if it is no date. */
export function instantOf({ date, time }: WallTime, timeZone: string): Date | null {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const shown = (at: number) => {
    const wall = wallTime(new Date(at), timeZone);
    return Date.parse(`${wall.date}T${wall.time}:00Z`);
  };
  // The offset at the guess is right, but near a change of clocks, where that at the result decides.
  const first = wanted - (shown(wanted) - wanted);
  const second = wanted - (shown(first) - first);
  const found = [second, first].find((at) => shown(at) === wanted);
  return new Date(found ?? Math.max(first, second));
}

/** The next full half hour, which leaves at least a quarter to get ready. */
export function nextHalfHour(now: Date): Date {
  const half = 30 * 60_000;
  return new Date(Math.ceil((now.getTime() + half / 2) / half) * half);
}

export interface ScheduleDraft extends WallTime {
  minutes: number;
  timeZone: string;
  repeat: Repeat;
  /** How often in all; undefined without an end. */
  times?: number | undefined;
  /** The rule that `other` stands for. */
  rule?: string | undefined;
}

export function draftOf(schedule: NewSchedule | undefined, now: Date): ScheduleDraft {
  const timeZone = schedule?.timeZone ?? ownTimeZone();
  const at = schedule ? new Date(schedule.startsAt) : nextHalfHour(now);
  return {
    ...wallTime(at, timeZone),
    minutes: schedule?.minutes ?? 45,
    timeZone,
    ...repeatOf(schedule?.recurrence),
    rule: schedule?.recurrence,
  };
}

export function scheduleOf(draft: ScheduleDraft): NewSchedule | null {
  const at = instantOf(draft, draft.timeZone);
  if (at === null) return null;
  const rule = draft.repeat === 'other' ? draft.rule : ruleOf(draft.repeat, draft.times);
  return {
    startsAt: at.toISOString(),
    minutes: draft.minutes,
    timeZone: draft.timeZone,
    ...(rule !== undefined && rule !== '' && { recurrence: rule }),
  };
}
