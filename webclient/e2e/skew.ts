import { clapper } from './clapper';
import type { Observed, Seen } from './observer';

/** How much later than its sound a picture came, in milliseconds, at one moment. */
export interface Skew {
  at: number;
  skew: number;
}

// Pictures around a note: some, since each is late by what its turn to be shown makes it.
const around = 250;
const fewest = 3;

/** One reading for each note that was heard while pictures moved. */
export function skewsOf({ seen, heard }: Observed): Skew[] {
  const readable = seen.filter((each): each is Required<Seen> => each.code !== undefined);
  return heard.flatMap(({ at, note }) => {
    const near = readable.filter((picture) => Math.abs(picture.at - at) < around);
    if (near.length < fewest) return [];
    const skews = near.map((picture) => {
      const late = picture.at - at - (picture.code!.time - note * 1000);
      return nearest(late, clapper.notes * 1000);
    });
    return [{ at, skew: median(skews) }];
  });
}

/** Of all values that are so many milliseconds apart, the one that is nearest to zero. */
function nearest(value: number, apart: number): number {
  return value - Math.round(value / apart) * apart;
}

export function median(values: readonly number[]): number {
  return at(values, 0.5);
}

/** The smallest value that so large a share does not exceed. */
export function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
