// @vitest-environment happy-dom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { idleState } from '../../call';
import type { CallState } from '../../call';
import { ToastProvider } from '../../ui/Toast';
import { draw } from '../../ui/draw';
import { CallProvider } from './call';
import type { Call } from './call';
import { chime } from './chime';
import { useAnnouncements } from './notices';

vi.mock('./chime', () => ({ chime: vi.fn() }));
afterEach(() => {
  cleanup();
  vi.mocked(chime).mockClear();
});

function Listener() {
  useAnnouncements();
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
});
