// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Typing } from '../../call';
import { useWriting } from './whoWrites';

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

it('forgets who has stopped writing, however long the chat has been open', async () => {
  const none: Typing[] = [];
  const { result, rerender } = renderHook(useWriting, { initialProps: none });
  await wait(60_000);

  const until = Date.now() + 5_000;
  rerender([
    { participant: 'ada', private: false, until },
    { participant: 'alan', private: false, until: until + 2_000 },
  ]);
  expect(result.current).toEqual(['ada', 'alan']);
  await wait(5_100);
  expect(result.current).toEqual(['alan']);
  await wait(2_000);
  expect(result.current).toEqual([]);
});
