import type { TileWish } from '../../call';
import type { Rect } from '../../layout';
import type { Person } from './people';

// No camera sends more, and larger only costs bandwidth.
const highest = 1440;

/** The height a picture is wanted at: what the tile covers in device pixels. */
export function wishedHeight(cssPixels: number, pixelRatio: number): number {
  return Math.min(highest, Math.max(1, Math.round(cssPixels * pixelRatio)));
}

/** Wishes for the cameras that are on the screen; nobody wishes for oneself. */
export function cameraWishes(
  shown: readonly { person: Person; rect: Pick<Rect, 'height'> }[],
  pixelRatio: number,
): TileWish[] {
  return shown
    .filter(({ person }) => !person.self)
    .map(({ person, rect }) => ({
      participant: person.id,
      source: 'camera',
      height: wishedHeight(rect.height, pixelRatio),
      priority: person.active ? 200 : 100,
    }));
}

export function screenWish(participant: string, height: number, pixelRatio: number): TileWish {
  return {
    participant,
    source: 'screen',
    height: wishedHeight(height, pixelRatio),
    priority: 255,
  };
}
