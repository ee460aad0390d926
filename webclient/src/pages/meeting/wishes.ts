import type { TileWish } from '../../call';
import type { StageLayout, StageTile } from '../../layout';
import type { Person } from './people';

// No camera sends more, and larger only costs bandwidth.
const highest = 1440;

/** The height a picture is wanted at: what the tile covers in device pixels. */
export function wishedHeight(cssPixels: number, pixelRatio: number): number {
  return Math.min(highest, Math.max(1, Math.round(cssPixels * pixelRatio)));
}

/** Wishes for what is on the screen; nobody wishes for oneself. */
export function tileWishes(
  tiles: readonly StageTile[],
  people: readonly Person[],
  pixelRatio: number,
): TileWish[] {
  const byId = new Map(people.map((each) => [each.id, each]));
  return tiles.flatMap(({ id, source, rect, large }) => {
    const person = byId.get(id);
    if (person === undefined || person.self) return [];
    const height = wishedHeight(rect.height, pixelRatio);
    const priority = source === 'screen' ? 255 : person.active || large ? 200 : 100;
    return [{ participant: id, source, height, priority }];
  });
}

export interface PageWishes {
  tiles: TileWish[];
  /** Whose cameras are to be at hand when the page is turned. */
  next: string[];
}

/** Wishes for what is on the screen, and for the next page. */
export function pageWishes(
  { tiles, next }: Pick<StageLayout, 'tiles' | 'next'>,
  people: readonly Person[],
  pixelRatio: number,
): PageWishes {
  // Nobody needs oneself, and a camera that is off has nothing to warm.
  const seen = new Set(people.filter(({ self, camera }) => !self && camera).map(({ id }) => id));
  return { tiles: tileWishes(tiles, people, pixelRatio), next: next.filter((id) => seen.has(id)) };
}
