import { describe, expect, it } from 'vitest';
import { page, pageCount, seat } from './page';

const people = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('page', () => {
  it.each([
    [0, 25, 1],
    [25, 25, 1],
    [26, 25, 2],
    [100, 25, 4],
    [5, 0, 5],
  ])('%i people at %i each are %i pages', (count, size, pages) => {
    expect(pageCount(count, size)).toBe(pages);
  });

  it('shows everybody exactly once', () => {
    for (let count = 0; count <= 60; count++) {
      for (let size = 1; size <= 10; size++) {
        const all = Array.from({ length: pageCount(count, size) }, (_, i) =>
          page(people(count), i, size),
        );
        expect(all.flat()).toEqual(people(count));
        expect(all.every((each) => each.length <= size)).toBe(true);
      }
    }
  });

  it('falls back to the last page when people have left', () => {
    expect(page(people(4), 9, 2)).toEqual([2, 3]);
    expect(page(people(4), -1, 2)).toEqual([0, 1]);
  });
});

describe('seat', () => {
  it.each([
    [['a', 'b', 'c'], 'd', ['a', 'b', 'd']],
    [['a', 'b', 'c'], 'a', ['a', 'b', 'c']],
    [['a', 'b', 'c'], undefined, ['a', 'b', 'c']],
    [[], 'd', []],
  ])('%j with %s speaking is %j', (shown, speaker, want) => {
    expect(seat(shown, speaker)).toEqual(want);
  });
});
