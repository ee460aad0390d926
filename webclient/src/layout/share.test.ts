import { describe, expect, it } from 'vitest';
import { share } from './share';

const wide = { width: 1408, height: 740, gap: 12 };
const withPanel = { width: 1048, height: 740, gap: 12 };

describe('share', () => {
  it('has at least 80 % of the width without a panel, 70 % with one', () => {
    for (let count = 0; count < 30; count++) {
      expect(share({ ...wide, count }).share.width / wide.width).toBeGreaterThanOrEqual(0.8);
      const narrow = share({ ...withPanel, count });
      expect(narrow.share.width / withPanel.width).toBeGreaterThanOrEqual(0.7);
    }
  });

  it('keeps everything inside the stage, without overlap, and counts who found no place', () => {
    for (const phone of [false, true]) {
      for (const [width, height] of [
        [1408, 740],
        [700, 500],
        [374, 700],
        [300, 200],
      ] as const) {
        for (let count = 0; count < 30; count++) {
          const layout = share({ width, height, gap: 8, count, phone });
          const rects = [layout.share, ...layout.strip, ...(layout.more ? [layout.more] : [])];
          expect(layout.strip.length + layout.hidden).toBe(count);
          expect(layout.more === null).toBe(layout.hidden === 0);
          rects.forEach((a, i) => {
            expect(a.x + a.width).toBeLessThanOrEqual(width + 0.01);
            expect(a.y + a.height).toBeLessThanOrEqual(height + 0.01);
            for (const b of rects.slice(i + 1)) {
              const apart =
                a.x + a.width <= b.x + 0.01 ||
                b.x + b.width <= a.x + 0.01 ||
                a.y + a.height <= b.y + 0.01 ||
                b.y + b.height <= a.y + 0.01;
              expect(apart, JSON.stringify({ width, height, count, phone, a, b })).toBe(true);
            }
          });
        }
      }
    }
  });

  it('is the whole stage when there are no cameras', () => {
    expect(share({ ...wide, count: 0 }).share).toEqual({ x: 0, y: 0, width: 1408, height: 740 });
  });
});
