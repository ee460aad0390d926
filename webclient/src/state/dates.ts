import type { TFunction } from 'i18next';
import { localeOf } from '../i18n';

export function greetingOf(now: Date): 'morning' | 'afternoon' | 'evening' {
  const hour = now.getHours();
  if (hour >= 4 && hour < 12) return 'morning';
  return hour >= 12 && hour < 18 ? 'afternoon' : 'evening';
}

/** "Monday 23 November" in the reader's order of words. */
export function longDate(at: Date, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  }).format(at);
}

export function clock(at: Date, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
}

/** "today", "yesterday", "tomorrow", the weekday within a week before or after, else the date. */
export function dayOf(at: Date, now: Date, t: TFunction, language: string): string {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return t('dashboard.today');
  if (days === 1) return t('dashboard.yesterday');
  if (days === -1) return t('dates.tomorrow');
  const locale = localeOf(language);
  const options: Intl.DateTimeFormatOptions =
    Math.abs(days) < 7
      ? { weekday: 'long' }
      : Math.abs(days) < 330
        ? { day: 'numeric', month: 'long' }
        : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, options).format(at);
}

/** "today, 10:30", "23 November, 10:30". */
export function dateAndTime(at: Date, now: Date, t: TFunction, language: string): string {
  return t('dates.at', { day: dayOf(at, now, t, language), time: clock(at, language) });
}

/** "45 minutes", "1 hr 15 min": in whole words while it is one number. */
export function durationText(minutes: number, language: string): string {
  const whole = Math.max(0, Math.round(minutes));
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) return unit(rest, 'minute', 'long', language);
  if (rest === 0) return unit(hours, 'hour', 'long', language);
  return `${unit(hours, 'hour', 'short', language)} ${unit(rest, 'minute', 'short', language)}`;
}

/** When something begins: how long until then within twelve hours, else the day. */
export function untilText(at: Date, now: Date, t: TFunction, language: string): string {
  const minutes = Math.round((at.getTime() - now.getTime()) / 60_000);
  if (minutes <= 0) return t('dates.now');
  if (minutes < 12 * 60) return t('dates.in', { time: durationText(minutes, language) });
  return dayOf(at, now, t, language);
}

function unit(
  value: number,
  of: 'minute' | 'hour',
  unitDisplay: 'long' | 'short',
  language: string,
): string {
  return new Intl.NumberFormat(localeOf(language), { style: 'unit', unit: of, unitDisplay }).format(
    value,
  );
}

export function isSameDay(a: Date, b: Date): boolean {
  return midnight(a) === midnight(b);
}

function midnight(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}
