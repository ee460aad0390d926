import type { Rect } from './rect';

export interface ShareInput {
  /** The stage inside its padding, CSS pixels. */
  width: number;
  height: number;
  gap: number;
  /** How many cameras could be in the strip. */
  count: number;
  /** Phones held upright get the strip below the share. */
  phone?: boolean;
  stripWidth?: number;
}

export interface ShareLayout {
  share: Rect;
  strip: Rect[];
  /** Cameras that found no place: "7 more". */
  hidden: number;
  /** Where the button for them goes. */
  more: Rect | null;
}

const moreHeight = 44;
const ratio = 16 / 9;
// The share keeps at least this part of the stage's width.
const shareAtLeast = 0.7;

/** One share, and a strip of cameras beside it. */
export function share(input: ShareInput): ShareLayout {
  const { width, height, gap, count } = input;
  const whole = { x: 0, y: 0, width, height };
  if (count === 0) return { share: whole, strip: [], hidden: 0, more: null };
  return input.phone ? below(width, height, gap, count) : beside(input);
}

function beside({ width, height, gap, count, stripWidth = 168 }: ShareInput): ShareLayout {
  const strip = Math.max(0, Math.min(stripWidth, width * (1 - shareAtLeast) - gap));
  const left = width - strip;
  const tileHeight = strip / ratio;
  const shown = fitting(height, tileHeight, gap, moreHeight, count);
  const rects = Array.from({ length: shown }, (_, i) => ({
    x: left,
    y: i * (tileHeight + gap),
    width: strip,
    height: tileHeight,
  }));
  const hidden = count - shown;
  return {
    share: { x: 0, y: 0, width: left - gap, height },
    strip: rects,
    hidden,
    more:
      hidden === 0
        ? null
        : { x: left, y: shown * (tileHeight + gap), width: strip, height: moreHeight },
  };
}

function below(width: number, height: number, gap: number, count: number): ShareLayout {
  const tileWidth = (width - 2 * gap) / 3;
  const tileHeight = Math.min(tileWidth, height * 0.3);
  const top = height - tileHeight;
  const shown = count <= 3 ? count : 2;
  const cell = (i: number): Rect => ({
    x: i * (tileWidth + gap),
    y: top,
    width: tileWidth,
    height: tileHeight,
  });
  return {
    share: { x: 0, y: 0, width, height: top - gap },
    strip: Array.from({ length: shown }, (_, i) => cell(i)),
    hidden: count - shown,
    more: count === shown ? null : cell(2),
  };
}

// As many as fit; if not all do, one button's height is kept free.
function fitting(height: number, each: number, gap: number, button: number, count: number): number {
  const fit = (room: number) => Math.max(0, Math.floor((room + gap) / (each + gap)));
  return count <= fit(height) ? count : Math.min(count, fit(height - button - gap));
}
