import { describe, expect, it } from 'vitest';
import { inView } from './virtual';

describe('inView', () => {
  it.each([
    ['the beginning', 1000, 0, 480, 0, 16],
    ['the middle', 1000, -24_000, 480, 494, 516],
    ['the end', 1000, -47_520, 480, 984, 1000],
    ['all of a few', 3, 0, 480, 0, 3],
    ['nothing that is far below', 50, 5_000, 480, 0, 0],
    ['nothing that is far above', 50, -9_000, 480, 50, 50],
    ['nothing of none', 0, 0, 480, 0, 0],
  ])('is %s', (_, count, top, room, from, to) => {
    expect(inView(count, 48, top, room)).toEqual({ from, to });
  });

  it('covers every row that touches the view', () => {
    for (let top = -3_000; top < 600; top += 7) {
      const { from, to } = inView(100, 48, top, 333);
      for (let i = 0; i < 100; i++) {
        const touches = top + (i + 1) * 48 > 0 && top + i * 48 < 333;
        if (touches) expect(i >= from && i < to, `row ${i} at ${top}`).toBe(true);
      }
    }
  });
});
