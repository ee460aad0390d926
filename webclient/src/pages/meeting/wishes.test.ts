import { describe, expect, it } from 'vitest';
import type { Person } from './people';
import { cameraWishes, wishedHeight } from './wishes';

const person = (id: string, change: Partial<Person> = {}): Person => ({
  id,
  name: id,
  self: false,
  host: false,
  guest: false,
  microphone: true,
  camera: true,
  sharing: false,
  hand: 0,
  speaking: false,
  active: false,
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

describe('cameraWishes', () => {
  it('asks for the others only, and for the speaker first', () => {
    const shown = [
      person('ana', { self: true }),
      person('mara', { active: true }),
      person('tomas'),
    ];
    expect(
      cameraWishes(
        shown.map((each) => ({ person: each, rect: { height: 180 } })),
        2,
      ),
    ).toEqual([
      { participant: 'mara', source: 'camera', height: 360, priority: 200 },
      { participant: 'tomas', source: 'camera', height: 360, priority: 100 },
    ]);
  });
});
