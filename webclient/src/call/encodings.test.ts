import { describe, expect, it } from 'vitest';
import { cameraEncodings, screenEncodings, shapeCamera, shapeScreen } from './encodings';
import type { Wanted } from './encodings';
import { FakeTrack } from './testing/media';

const camera = (width: number, height: number) =>
  new FakeTrack('video', 'camera', { width, height }).asTrack();
const large = camera(1280, 720);
const small = camera(640, 360);
const want = (...layers: boolean[]): Wanted => ({ layers });

describe('the layers of a camera', () => {
  it.each([
    [1280, 720, ['q', 'h', 'f']],
    [960, 540, ['q', 'h', 'f']],
    [720, 1280, ['q', 'h', 'f']],
    [640, 480, ['h', 'f']],
    [640, 360, ['h', 'f']],
  ])('%i×%i has %j', (width, height, rids) => {
    const encodings = cameraEncodings(camera(width, height));
    expect(encodings.map(({ rid }) => rid)).toEqual(rids);
    expect(encodings[encodings.length - 1]?.scaleResolutionDownBy).toBe(1);
    expect(shapeCamera(encodings, camera(width, height), 'VP8', undefined)).toBe(false);
  });

  it('take a smaller camera in fewer of them, and a large one back in all', () => {
    const encodings = cameraEncodings(large);
    expect(shapeCamera(encodings, small, 'VP8', undefined)).toBe(true);
    expect(encodings.map(({ active }) => active)).toEqual([true, true, false]);
    expect(shapeCamera(encodings, large, 'VP8', undefined)).toBe(true);
    expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(encodings.every(({ active }) => active)).toBe(true);
  });

  it.each<[string, Wanted | undefined, boolean[]]>([
    ['nothing said yet', undefined, [true, true, true]],
    ['all', want(true, true, true), [true, true, true]],
    ['the lowest', want(true), [true, false, false]],
    ['all but the middle', want(true, false, true), [true, false, true]],
    ['a pause', want(), [false, false, false]],
    ['more than there are', want(true, true, true, true, true), [true, true, true]],
  ])('are sent as wanted: %s', (_, wanted, active) => {
    const encodings = cameraEncodings(large);
    shapeCamera(encodings, large, 'VP8', wanted);
    expect(encodings.map((each) => each.active)).toEqual(active);
  });

  it('that a small camera lacks are not sent because somebody wants them', () => {
    const encodings = cameraEncodings(large);
    shapeCamera(encodings, small, 'VP8', want(true, true, true));
    expect(encodings.map(({ active }) => active)).toEqual([true, true, false]);
  });

  it('change only when they have to', () => {
    const encodings = cameraEncodings(large);
    expect(shapeCamera(encodings, large, 'VP8', want(true))).toBe(true);
    expect(shapeCamera(encodings, large, 'VP8', want(true))).toBe(false);
  });

  it('stay separate streams in a codec that could put them into one', () => {
    const encodings = cameraEncodings(large);
    shapeCamera(encodings, large, 'VP9', undefined);
    expect(encodings.map(({ scalabilityMode }) => scalabilityMode)).toEqual(Array(3).fill('L1T3'));
  });
});

describe('one scalable stream', () => {
  it.each([
    [large, 'L3T3_KEY'],
    [small, 'L2T3_KEY'],
  ])('has as many sizes as the camera is good for', (track, mode) => {
    const encodings = cameraEncodings(track, 'AV1');
    expect(encodings).toHaveLength(1);
    expect(encodings[0]).toMatchObject({ scalabilityMode: mode });
    expect(shapeCamera(encodings, track, 'AV1', undefined)).toBe(false);
  });

  it.each<[Wanted, object]>([
    [
      want(true, true, true),
      { active: true, scalabilityMode: 'L3T3_KEY', scaleResolutionDownBy: 1 },
    ],
    // The middle one is a part of the top one.
    [want(true, false, true), { active: true, scalabilityMode: 'L3T3_KEY' }],
    [want(true, true), { active: true, scalabilityMode: 'L2T3_KEY', scaleResolutionDownBy: 2 }],
    [want(true), { active: true, scalabilityMode: 'L1T3', scaleResolutionDownBy: 4 }],
    [want(), { active: false }],
    [want(true, true, true, true), { active: true, scalabilityMode: 'L3T3_KEY' }],
  ])('leaves off what is above the highest of %j', (wanted, expected) => {
    const encodings = cameraEncodings(large, 'VP9');
    const rate = encodings[0]!.maxBitrate!;
    shapeCamera(encodings, large, 'VP9', wanted);
    expect(encodings[0]).toMatchObject(expected);
    if (wanted.layers.length < 3) expect(encodings[0]!.maxBitrate).toBeLessThanOrEqual(rate);
  });

  it('becomes a plain one in a codec without sizes, and back', () => {
    const encodings = cameraEncodings(large, 'AV1');
    shapeCamera(encodings, large, 'VP8', want(true));
    expect(encodings[0]).toMatchObject({
      active: true,
      scalabilityMode: 'L1T3',
      scaleResolutionDownBy: 1,
    });
    shapeCamera(encodings, large, 'AV1', want(true, true, true));
    expect(encodings[0]).toMatchObject({ scalabilityMode: 'L3T3_KEY' });
  });
});

describe('a screen', () => {
  it('rests while nobody looks', () => {
    const encodings = screenEncodings();
    expect(shapeScreen(encodings, undefined)).toBe(false);
    expect(shapeScreen(encodings, want())).toBe(true);
    expect(encodings[0]?.active).toBe(false);
    expect(shapeScreen(encodings, want(true))).toBe(true);
    expect(encodings[0]?.active).toBe(true);
  });
});
