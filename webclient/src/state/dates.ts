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

export function clock(at: Date, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** "today", "yesterday", the weekday within a week, else the date. */
export function dayOf(at: Date, now: Date, t: TFunction, language: string): string {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return t('dashboard.today');
  if (days === 1) return t('dashboard.yesterday');
  const locale = localeOf(language);
  const options: Intl.DateTimeFormatOptions =
    days > 1 && days < 7
      ? { weekday: 'long' }
      : days < 330
        ? { day: 'numeric', month: 'long' }
        : { day: 'numeric', month: 'short', year: 'numeric' };
  return new Intl.DateTimeFormat(locale, options).format(at);
}

function midnight(at: Date): number {
  return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
}
