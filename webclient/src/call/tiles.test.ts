import { describe, expect, it } from 'vitest';
import type { DownSlot } from '../protocol/messages';
import { person } from './testing/server';
import { wishesFor } from './tiles';
import type { TileWish } from './state';

const slots: DownSlot[] = [
  { mid: '0', kind: 'audio' },
  { mid: '1', kind: 'video' },
  { mid: '2', kind: 'video' },
  { mid: '3', kind: 'screen' },
  { mid: '4', kind: 'screen-audio' },
];

const cameras = (...people: string[]): TileWish[] =>
  people.map((participant) => ({ participant, source: 'camera', height: 360 }));

const placed = (wishes: ReturnType<typeof wishesFor>) =>
  Object.fromEntries(wishes.map(({ mid, participant }) => [mid, participant]));

describe('wishesFor', () => {
  it('keeps who stays in their slot and gives the vacated one to the next', () => {
    const first = wishesFor(slots, [], cameras('grace', 'alan'), []);
    expect(placed(first)).toEqual({ 1: 'grace', 2: 'alan' });
    const second = wishesFor(slots, first, cameras('alan', 'ada'), []);
    expect(placed(second)).toEqual({ 2: 'alan', 1: 'ada' });
  });

  it('turns a whole page within the same slots', () => {
    const first = wishesFor(slots, [], cameras('a', 'b'), []);
    expect(placed(wishesFor(slots, first, cameras('c', 'd'), []))).toEqual({ 1: 'c', 2: 'd' });
  });

  it('never wishes for one publication twice, and leaves out what finds no slot', () => {
    const wishes = wishesFor(slots, [], cameras('a', 'a', 'b', 'c'), []);
    expect(placed(wishes)).toEqual({ 1: 'a', 2: 'b' });
  });

  it('puts shares into screen slots, beside the camera of the same person', () => {
    const tiles: TileWish[] = [
      ...cameras('a'),
      { participant: 'a', source: 'screen', height: 900.4, priority: 250 },
    ];
    expect(wishesFor(slots, [], tiles, [])).toEqual([
      { mid: '1', participant: 'a', source: 'camera', height: 360, priority: 100 },
      { mid: '3', participant: 'a', source: 'screen', height: 900, priority: 250 },
    ]);
  });

  it('plays the sound of the share that is looked at, of any where none is', () => {
    const sound = { number: 9, source: 'screen-audio' as const, muted: false };
    const people = [person('a', { publications: [sound] }), person('b', { publications: [sound] })];
    const sounding = (tiles: TileWish[]) => placed(wishesFor(slots, [], tiles, people))[4];
    expect(sounding([])).toBe('a');
    expect(sounding([{ participant: 'b', source: 'screen', height: 900 }])).toBe('b');
    expect(sounding([{ participant: 'c', source: 'screen', height: 900 }])).toBeUndefined();
    expect(placed(wishesFor(slots, [], [], []))[4]).toBeUndefined();
  });
});
