import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Speech } from './speech';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('leaves each sentence its time, and loses none', () => {
  const said: string[] = [];
  const speech = new Speech((text) => said.push(text));
  speech.add(['Ana came']);
  speech.add(['Bo came']);
  speech.add(['Bo raised a hand', 'Cy left']);
  expect(said).toEqual(['Ana came']);
  vi.advanceTimersByTime(499);
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['Ana came', 'Bo came. Bo raised a hand. Cy left']);
  vi.advanceTimersByTime(500);
  speech.add(['Dee came']);
  expect(said.at(-1)).toBe('Dee came');
  speech.add(['never said']);
  speech.close();
  vi.advanceTimersByTime(5_000);
  expect(said).toHaveLength(3);
});
