import { describe, expect, it } from 'vitest';
import { levelOf } from './level';

describe('levelOf', () => {
  it.each([
    ['nothing', new Float32Array(0), 0],
    ['silence', new Float32Array(512), 0],
    ['the loudest', new Float32Array(512).fill(1), 1],
    ['-36 dB, half way', new Float32Array(512).fill(10 ** (-36 / 20)), 0.5],
  ])('%s', (_, samples, want) => {
    expect(levelOf(samples)).toBeCloseTo(want, 2);
  });
});
