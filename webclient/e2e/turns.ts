import type { Observed, Seen } from './observer';

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
