import type { Rect } from './rect';

export interface TilesInput {
  /** How many tiles this page shows. */
  count: number;
  /** The stage inside its padding, CSS pixels. */
  width: number;
  height: number;
  gap: number;
  /** Phones held upright get upright tiles in two columns. */
  phone?: boolean;
}

export interface Tiles {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
  /** One for each tile, in order. */
  positions: Rect[];
}

interface Shape {
  /** Widest and narrowest width/height of a tile. */
  narrowest: number;
  widest: number;
  target: number;
}

const desktop: Shape = { narrowest: 4 / 3, widest: 17 / 9, target: 16 / 9 };
const upright: Shape = { narrowest: 4 / 5, widest: 4 / 3, target: 1 };

/** The number of columns that gives the largest tile; the last row is centred, never stretched. */
export function tiles({ count, width, height, gap, phone = false }: TilesInput): Tiles {
  if (count < 1 || width <= 0 || height <= 0) {
    return { columns: 0, rows: 0, tileWidth: 0, tileHeight: 0, positions: [] };
  }
  const shape = phone ? upright : desktop;
  const columns = phone ? (count > 2 ? 2 : 1) : bestColumns(count, width, height, gap, shape);
  const rows = Math.ceil(count / columns);
  const tile = tileIn(columns, rows, width, height, gap, shape);
  return {
    columns,
    rows,
    tileWidth: tile.width,
    tileHeight: tile.height,
    positions: place(count, columns, rows, tile, width, height, gap),
  };
}

interface Size {
  width: number;
  height: number;
}

function bestColumns(
  count: number,
  width: number,
  height: number,
  gap: number,
  shape: Shape,
): number {
  let best = 1;
  let bestSize: Size = { width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    // More columns than the rows need only make the tiles narrower.
    if (Math.ceil(count / rows) < columns) continue;
    const size = tileIn(columns, rows, width, height, gap, shape);
    if (better(size, bestSize, shape.target)) {
      best = columns;
      bestSize = size;
    }
  }
  return best;
}

// Of tiles of nearly the same area, the one nearer to the target shape.
function better(a: Size, b: Size, target: number): boolean {
  const [areaA, areaB] = [a.width * a.height, b.width * b.height];
  if (Math.abs(areaA - areaB) > 0.01 * Math.max(areaA, areaB)) return areaA > areaB;
  if (b.height <= 0) return a.height > 0;
  return Math.abs(a.width / a.height - target) < Math.abs(b.width / b.height - target);
}

function tileIn(
  columns: number,
  rows: number,
  width: number,
  height: number,
  gap: number,
  shape: Shape,
): Size {
  const cellWidth = Math.max(0, (width - (columns - 1) * gap) / columns);
  const cellHeight = Math.max(0, (height - (rows - 1) * gap) / rows);
  return {
    width: Math.min(cellWidth, cellHeight * shape.widest),
    height: Math.min(cellHeight, cellWidth / shape.narrowest),
  };
}

function place(
  count: number,
  columns: number,
  rows: number,
  tile: Size,
  width: number,
  height: number,
  gap: number,
): Rect[] {
  const top = (height - (rows * tile.height + (rows - 1) * gap)) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = (width - (inRow * tile.width + (inRow - 1) * gap)) / 2;
    return {
      x: left + (i % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}
