// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cleanLabel, prefer } from './devices';
import { keep } from './kept';

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

function plugged(...ids: string[]): void {
  const enumerateDevices = async () => ids.map((deviceId) => ({ deviceId }));
  vi.stubGlobal('navigator', { mediaDevices: { enumerateDevices } });
}

describe('prefer', () => {
  it.each([
    ['the chosen one, if it is there', 'b', ['a', 'b'], ['b']],
    ['nothing, if it was unplugged', 'c', ['a', 'b'], []],
    ['nothing, if none was chosen', null, ['a', 'b'], []],
  ])('takes %s', async (_, chosen, there, want) => {
    keep('camera.device', chosen);
    plugged(...there);
    const used: string[] = [];
    await prefer('camera', async (id) => void used.push(id));
    expect(used).toEqual(want);
  });
});

it.each([
  ['Webcam C920 (046d:082d)', 'Webcam C920'],
  ['Headset (Jabra)', 'Headset (Jabra)'],
])('%s is shown as %s', (label, want) => {
  expect(cleanLabel(label)).toBe(want);
});
