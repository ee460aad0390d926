// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { act } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useWakeLock } from './wakeLock';

function Call() {
  useWakeLock();
  return null;
}

interface Lock {
  released: boolean;
  release(): Promise<void>;
}

let locks: Lock[] = [];
let visible = true;
const held = () => locks.filter(({ released }) => !released).length;

beforeEach(() => {
  locks = [];
  visible = true;
  const request = async () => {
    const lock = {
      released: false,
      release: async () => {
        lock.released = true;
      },
    };
    locks.push(lock);
    return lock;
  };
  vi.stubGlobal('navigator', { wakeLock: { request } });
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() =>
    visible ? 'visible' : 'hidden',
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function seen(now: boolean) {
  visible = now;
  // A browser lets go of it by itself.
  if (!now) for (const each of locks) await each.release();
  await act(async () => document.dispatchEvent(new Event('visibilitychange')));
}

describe('the screen', () => {
  it('stays on during a call, and may go dark after it', async () => {
    const call = await act(async () => render(<Call />));
    expect(held()).toBe(1);
    await act(async () => call.unmount());
    expect(held()).toBe(0);
    await seen(true);
    expect(held()).toBe(0);
  });

  it('stays on again when the page is seen again', async () => {
    await act(async () => render(<Call />));
    await seen(false);
    expect(held()).toBe(0);
    await seen(true);
    expect(held()).toBe(1);
  });

  it('is held once, however often one comes back', async () => {
    await act(async () => render(<Call />));
    await seen(true);
    await seen(true);
    expect(locks).toHaveLength(1);
  });

  it('goes dark after a call that ended before the browser answered', async () => {
    render(<Call />).unmount();
    await act(async () => {});
    expect(locks).toHaveLength(1);
    expect(held()).toBe(0);
  });

  it('is nobody’s business where the browser refuses', async () => {
    const request = () => Promise.reject(new DOMException('low battery', 'NotAllowedError'));
    vi.stubGlobal('navigator', { wakeLock: { request } });
    const call = await act(async () => render(<Call />));
    await act(async () => call.unmount());
    expect(held()).toBe(0);
  });
});
