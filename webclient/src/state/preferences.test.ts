// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultPreferences } from '../call';
import { keepPreferences, keepSaving, keptPreferences, keptSaving } from './preferences';

beforeEach(() => localStorage.clear());

describe('preferences', () => {
  it('are the usual ones at first', () => {
    expect(keptPreferences()).toEqual(defaultPreferences);
    expect(keptSaving()).toBe('auto');
  });

  it('stay from visit to visit, but for sound only', () => {
    const mine = { codec: 'av1', dtx: false, fec: true, red: true } as const;
    keepPreferences(mine);
    keepSaving('sound');
    expect(keptSaving()).toBe('auto');
    keepSaving('360');
    expect(keptPreferences()).toEqual(mine);
    expect(keptSaving()).toBe('360');
  });

  it('give way to the address, if it names a codec there is', () => {
    keepPreferences({ ...defaultPreferences, codec: 'av1' });
    expect(keptPreferences('vp9').codec).toBe('vp9');
    expect(keptPreferences('divx').codec).toBe('av1');
  });
});
