import { describe, expect, it } from 'vitest';
import type { Person } from './people';
import { stage } from '../../layout';
import { pageWishes, wishedHeight } from './wishes';

const person = (id: string, change: Partial<Person> = {}): Person => ({
  id,
  name: id,
  self: false,
  role: 'PARTICIPANT',
  guest: false,
  microphone: true,
  camera: true,
  sharing: false,
  shareSound: false,
  hand: 0,
  speaking: false,
  active: false,
  floor: false,
  away: false,
  weak: false,
  ...change,
});

describe('wishedHeight', () => {
  it.each([
    [240, 1, 240],
    [240, 1.5, 360],
    [1000, 3, 1440],
    [0, 2, 1],
  ])('%i px at %f', (css, ratio, want) => {
    expect(wishedHeight(css, ratio)).toBe(want);
  });
});

describe('pageWishes', () => {
  it('asks for the others only, for the screen first and the speaker next', () => {
    const people = [
      person('ana', { self: true }),
      person('mara', { active: true }),
      person('tomas'),
    ];
    const tile = (id: string, source: 'camera' | 'screen' = 'camera') => ({
      id,
      source,
      rect: { x: 0, y: 0, width: 320, height: 180 },
      large: source === 'screen',
      bleed: false,
    });
    const tiles = [tile('tomas', 'screen'), tile('ana'), tile('mara'), tile('tomas'), tile('gone')];
    expect(pageWishes({ tiles, next: [] }, people, 2).tiles).toEqual([
      { participant: 'tomas', source: 'screen', height: 360, priority: 255 },
      { participant: 'mara', source: 'camera', height: 360, priority: 200 },
      { participant: 'tomas', source: 'camera', height: 360, priority: 100 },
    ]);
  });

  const paged = (count: number, page: number) => {
    const people = Array.from({ length: count }, (_, i) =>
      person(`p${i}`, { self: i === 0, camera: i % 5 !== 4 }),
    );
    const layout = stage({
      mode: 'grid',
      people,
      shares: [],
      speaker: undefined,
      pinned: [],
      spotlight: [],
      width: 1408,
      height: 740,
      frame: 'wide',
      squeezed: false,
      page,
      pageSize: 9,
    });
    return pageWishes(layout, people, 1);
  };

  it('names who is on the next page with the camera on', () => {
    const { tiles, next } = paged(25, 0);
    expect(tiles).toHaveLength(8);
    expect(next).toEqual(['p10', 'p11', 'p12', 'p13', 'p15', 'p16', 'p17']);
  });

  it('names nobody on the last page, or when there is one', () => {
    expect(paged(25, 2).next).toEqual([]);
    expect(paged(9, 0).next).toEqual([]);
  });
});
