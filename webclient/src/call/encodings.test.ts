import { describe, expect, it } from 'vitest';
import { cameraEncodings, refit } from './encodings';
import { FakeTrack } from './testing/media';

const camera = (width: number, height: number) =>
  new FakeTrack('video', 'camera', { width, height }).asTrack();

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
  });

  it('take a smaller camera in fewer of them, and a large one back in all', () => {
    const encodings = cameraEncodings(camera(1280, 720));
    expect(refit(encodings, camera(1280, 720))).toBe(false);
    expect(refit(encodings, camera(640, 360))).toBe(true);
    expect(encodings.map(({ active }) => active)).toEqual([true, true, false]);
    expect(refit(encodings, camera(1280, 720))).toBe(true);
    expect(encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(encodings.every(({ active }) => active)).toBe(true);
  });
});
