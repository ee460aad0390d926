import { describe, expect, it } from 'vitest';
import type { Person } from './people';
import { tileWishes, wishedHeight } from './wishes';

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

describe('tileWishes', () => {
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
    expect(tileWishes(tiles, people, 2)).toEqual([
      { participant: 'tomas', source: 'screen', height: 360, priority: 255 },
      { participant: 'mara', source: 'camera', height: 360, priority: 200 },
      { participant: 'tomas', source: 'camera', height: 360, priority: 100 },
    ]);
  });
});
