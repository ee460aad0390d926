import { describe, expect, it } from 'vitest';
import type { PreviewDevice } from '../../state/preview';
import { missingOf, troubleOf } from './trouble';

const off: PreviewDevice = { phase: 'off' };
const denied: PreviewDevice = { phase: 'trouble', problem: 'denied' };
const missing: PreviewDevice = { phase: 'trouble', problem: 'missing' };

describe('trouble at the door', () => {
  it.each([
    ['none', off, off, null, 'nothing'],
    ['one cause for both', denied, denied, { device: 'both', problem: 'denied' }, 'both'],
    ['camera first', missing, denied, { device: 'camera', problem: 'missing' }, 'both'],
    ['camera', denied, off, { device: 'camera', problem: 'denied' }, 'camera'],
    ['microphone', off, missing, { device: 'microphone', problem: 'missing' }, 'microphone'],
  ])('%s', (_, camera, microphone, trouble, without) => {
    expect(troubleOf({ camera, microphone })).toEqual(trouble);
    expect(missingOf({ camera, microphone })).toBe(without);
  });
});
