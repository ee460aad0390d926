import type { Observed, Seen } from './observer';
import { at } from './skew';

/** What was seen of one person between two clicks. */
export interface Visit {
  participant: string;
  /** When the click was that led there, by the page's clock. */
  click: number;
  /** At least one. */
  seen: Seen[];
}

export function visitsOf({ seen, clicks }: Observed): Visit[] {
  return clicks.flatMap((click, i) => {
    const next = clicks[i + 1] ?? Infinity;
    const shown = seen.filter(({ at }) => at >= click && at < next);
    const participants = [...new Set(shown.map(({ participant }) => participant))];
    return participants.map((participant) => ({
      participant,
      click,
      seen: shown.filter((each) => each.participant === participant),
    }));
  });
}

/** From the click to the first picture, in milliseconds. */
export function wait({ click, seen }: Visit): number {
  return seen[0]!.at - click;
}

/** The longest time for which a picture stood still, from the first on. */
export function longestGap({ seen }: Visit): number {
  return Math.max(0, ...seen.slice(1).map(({ at }, i) => at - seen[i]!.at));
}

// Three times what people call a freeze, for busy machines.
const freeze = 3_000;

/** How long pictures stood still that should have moved, in milliseconds. */
export function standstills(visits: readonly Visit[]): number[] {
  return visits.map(longestGap).filter((gap) => gap > freeze);
}

/** For people who read the log. */
export function describeVisits(visits: readonly Visit[]): string {
  const waits = visits.map(wait);
  return (
    `${visits.length} visits, first picture after ${at(waits, 0.5).toFixed(0)} ms in the median, p95 ${at(waits, 0.95).toFixed(0)}; ` +
    `longest time between two pictures ${Math.max(...visits.map(longestGap)).toFixed(0)} ms`
  );
}
