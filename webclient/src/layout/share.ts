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
// A strip above what is large.
const rowHeight = 108;
const moreWidth = 112;

/** Something large, and a strip of cameras beside it. */
export function share(input: ShareInput): ShareLayout {
  const { width, height, gap, count } = input;
  if (count === 0) return whole(width, height);
  return input.phone ? below(width, height, gap, count) : beside(input);
}

/** Something large, and a row of cameras above it. */
export function under({ width, height, gap, count }: ShareInput): ShareLayout {
  if (count === 0) return whole(width, height);
  const tileHeight = Math.min(rowHeight, height * 0.25);
  const tileWidth = tileHeight * ratio;
  const shown = fitting(width, tileWidth, gap, moreWidth, count);
  const hidden = count - shown;
  const used = shown * (tileWidth + gap) - gap + (hidden > 0 ? gap + moreWidth : 0);
  const left = Math.max(0, (width - used) / 2);
  return {
    share: { x: 0, y: tileHeight + gap, width, height: height - tileHeight - gap },
    strip: Array.from({ length: shown }, (_, i) => ({
      x: left + i * (tileWidth + gap),
      y: 0,
      width: tileWidth,
      height: tileHeight,
    })),
    hidden,
    more:
      hidden === 0
        ? null
        : {
            x: left + shown * (tileWidth + gap),
            y: 0,
            width: Math.min(moreWidth, width - left - shown * (tileWidth + gap)),
            height: tileHeight,
          },
  };
}

function whole(width: number, height: number): ShareLayout {
  return { share: { x: 0, y: 0, width, height }, strip: [], hidden: 0, more: null };
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

// As many as fit; if not all do, one button's length is kept free.
function fitting(length: number, each: number, gap: number, button: number, count: number): number {
  const fit = (room: number) => Math.max(0, Math.floor((room + gap) / (each + gap)));
  return count <= fit(length) ? count : Math.min(count, fit(length - button - gap));
}
