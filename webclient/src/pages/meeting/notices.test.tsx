// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idleState } from '../../call';
import type { CallState } from '../../call';
import { ToastProvider } from '../../ui/Toast';
import { draw } from '../../ui/draw';
import { CallProvider } from './call';
import type { Call } from './call';
import { chime } from './chime';
import { useAnnouncements, useNotices } from './notices';

vi.mock('./chime', () => ({ chime: vi.fn() }));
afterEach(() => {
  cleanup();
  vi.mocked(chime).mockClear();
});

function Listener() {
  useAnnouncements();
  useNotices();
  return null;
}

function inMeeting(first: Partial<CallState>) {
  let state = { ...idleState(), ...first };
  let tell = () => {};
  const subscribe = (listener: () => void) => {
    tell = listener;
    return () => {};
  };
  const call = { subscribe, getState: () => state } as unknown as Call;
  draw(
    <ToastProvider>
      <CallProvider call={call}>
        <Listener />
      </CallProvider>
    </ToastProvider>,
  );
  return (change: Partial<CallState>) => {
    state = { ...state, ...change };
    act(() => tell());
  };
}

describe('an announcement', () => {
  it('is shown and rung for once, and again when the same words come again', async () => {
    const change = inMeeting({});
    change({ announcement: { text: 'The server restarts at noon.', id: 1 } });
    await screen.findByText('From whoever runs this server: The server restarts at noon.');
    change({ unread: 1 });
    expect(chime).toHaveBeenCalledTimes(1);
    change({ announcement: { text: 'The server restarts at noon.', id: 2 } });
    expect(chime).toHaveBeenCalledTimes(2);
  });

  it('is not shown to a page that comes to it late', () => {
    inMeeting({ announcement: { text: 'Long ago', id: 7 } });
    expect(chime).not.toHaveBeenCalled();
    expect(screen.queryByText(/Long ago/)).toBeNull();
  });

  it('stays behind what is said meanwhile, until it is put away', async () => {
    const change = inMeeting({});
    change({ announcement: { text: 'The server restarts at noon.', id: 1 } });
    const text = 'From whoever runs this server: The server restarts at noon.';
    await screen.findByText(text);
    change({ notice: { id: 1, kind: 'muted', by: 'nobody-here' } });
    const muted = await screen.findByText('You were muted.');
    expect(screen.queryByText(text)).toBeNull();
    fireEvent.keyDown(muted, { key: 'Escape' });
    await screen.findByText(text);
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByText(text)).toBeNull());
  });

  it('is told politely', async () => {
    const change = inMeeting({});
    change({ announcement: { text: 'Noon', id: 1 } });
    await waitFor(() => {
      const told = [...document.querySelectorAll('[aria-live=polite]')];
      expect(told.some((each) => each.textContent?.includes('Noon'))).toBe(true);
    });
    expect(document.querySelector('[aria-live=assertive]')).toBeNull();
  });
});

describe('what was done to us', () => {
  it.each([
    ['muted', 'Whoever runs this server muted you.'],
    ['video-stopped', 'Whoever runs this server stopped your camera.'],
    ['share-stopped', 'Whoever runs this server stopped your share.'],
  ] as const)(
    'by nobody in the meeting (%s) was done by who runs the server',
    async (kind, text) => {
      const change = inMeeting({});
      change({ notice: { id: 1, kind } });
      await screen.findByText(text);
    },
  );
});
