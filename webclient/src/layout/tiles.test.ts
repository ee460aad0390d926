import { describe, expect, it } from 'vitest';
import { tiles } from './tiles';
import type { TilesInput } from './tiles';
import type { Rect } from './rect';

/** The stage of a window: less top bar 48, bottom bar 80 and padding 16. */
const stage = (width: number, height: number) => ({
  width: width - 32,
  height: height - 48 - 80 - 32,
  gap: 12,
});

const desktops: [number, number][] = [
  [1440, 900],
  [1920, 1080],
  [1024, 768],
  [1440 - 360, 900],
  [2560, 1440],
];

function overlap(a: Rect, b: Rect): boolean {
  const apart =
    a.x + a.width <= b.x + 0.01 ||
    b.x + b.width <= a.x + 0.01 ||
    a.y + a.height <= b.y + 0.01 ||
    b.y + b.height <= a.y + 0.01;
  return !apart;
}

/** Small and seeded, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function expectSound(input: TilesInput, label: string): void {
  const { positions, tileWidth, tileHeight, columns, rows } = tiles(input);
  expect(positions, label).toHaveLength(input.count);
  expect(columns * rows, label).toBeGreaterThanOrEqual(input.count);
  expect(columns * (rows - 1), label).toBeLessThan(input.count);
  for (const { x, y, width, height } of positions) {
    expect(x, label).toBeGreaterThanOrEqual(-0.01);
    expect(y, label).toBeGreaterThanOrEqual(-0.01);
    expect(x + width, label).toBeLessThanOrEqual(input.width + 0.01);
    expect(y + height, label).toBeLessThanOrEqual(input.height + 0.01);
    expect([width, height], label).toEqual([tileWidth, tileHeight]);
  }
  for (let i = 0; i < positions.length; i++) {
    for (let j = i + 1; j < positions.length; j++) {
      expect(overlap(positions[i]!, positions[j]!), `${label}: ${i} and ${j}`).toBe(false);
    }
  }
  const last = positions.slice(columns * (rows - 1));
  const left = last[0]!.x;
  const right = input.width - (last[last.length - 1]!.x + tileWidth);
  expect(Math.abs(left - right), `${label}: last row off centre`).toBeLessThan(0.01);
}

describe('tiles', () => {
  it('neither overlap nor leave the stage, whatever its size', () => {
    const seed = 20_260_101;
    const next = random(seed);
    for (let i = 0; i < 300; i++) {
      const phone = next() < 0.2;
      const input = {
        // A phone's page has six tiles at most.
        count: 1 + Math.floor(next() * (phone ? 6 : 49)),
        width: 200 + next() * 2_400,
        height: 150 + next() * 1_400,
        gap: next() < 0.5 ? 8 : 12,
        phone,
      };
      expectSound(input, `seed ${seed}: ${JSON.stringify(input)}`);
    }
  });

  it('are within 4:3 and 17:9, on phones within 4:5 and 4:3', () => {
    for (let count = 1; count <= 49; count++) {
      for (const [width, height] of desktops) {
        const { tileWidth, tileHeight } = tiles({ count, ...stage(width, height) });
        expect(tileWidth / tileHeight).toBeGreaterThanOrEqual(4 / 3 - 0.001);
        expect(tileWidth / tileHeight).toBeLessThanOrEqual(17 / 9 + 0.001);
      }
      const phone = tiles({ count, width: 374, height: 700, gap: 8, phone: true });
      expect(phone.tileWidth / phone.tileHeight).toBeGreaterThanOrEqual(4 / 5 - 0.001);
      expect(phone.tileWidth / phone.tileHeight).toBeLessThanOrEqual(4 / 3 + 0.001);
    }
  });

  it.each(desktops)(
    'in a window of %i×%i use 85 percent of the stage from four people on',
    (width, height) => {
      // Five in a window of 4:3 cannot: tiles no narrower than 4:3 leave more room than that.
      const five = width / height > 1.5 ? [5] : [];
      for (const count of [4, ...five, 9, 16, 25]) {
        const { positions, columns, rows, tileWidth, tileHeight } = tiles({
          count,
          ...stage(width, height),
        });
        // What is used is the block of tiles with the gaps inside it.
        const { width: stageWidth, height: stageHeight, gap } = stage(width, height);
        const block = (columns * (tileWidth + gap) - gap) * (rows * (tileHeight + gap) - gap);
        expect(positions).toHaveLength(count);
        expect(block / (stageWidth * stageHeight), `${count} people`).toBeGreaterThanOrEqual(0.85);
      }
    },
  );

  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
    [4, 2, 2],
    [5, 3, 2],
    [9, 3, 3],
    [16, 4, 4],
    [25, 5, 5],
  ])('%i people stand in %i columns and %i rows at 1440×900', (count, columns, rows) => {
    expect(tiles({ count, ...stage(1440, 900) })).toMatchObject({ columns, rows });
  });

  it.each([
    [1, 1, 1],
    [2, 1, 2],
    [3, 2, 2],
    [6, 2, 3],
  ])('%i people stand in %i columns and %i rows on an upright phone', (count, columns, rows) => {
    const input = { count, width: 374, height: 700, gap: 8, phone: true };
    expect(tiles(input)).toMatchObject({ columns, rows });
  });

  it.each([
    { count: 0, width: 100, height: 100, gap: 8 },
    { count: 3, width: 0, height: 100, gap: 8 },
    { count: 3, width: 100, height: -5, gap: 8 },
  ])('are none where there is nothing to draw: %j', (input) => {
    expect(tiles(input).positions).toEqual([]);
  });
});
