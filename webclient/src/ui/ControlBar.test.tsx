// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ControlBar } from './ControlBar';
import type { ControlBarProps } from './ControlBar';
import { draw } from './draw';
import { LeaveButton } from './LeaveButton';

afterEach(cleanup);

function bar(change: Partial<ControlBarProps> = {}): ControlBarProps {
  const device = { busy: false, toggle: vi.fn(), device: undefined, devices: [], choose: vi.fn() };
  return {
    code: 'h3k7m-2p9qx',
    onCopyCode: vi.fn(),
    microphone: { ...device, on: true },
    camera: { ...device, on: true },
    share: { on: false, busy: false, toggle: vi.fn() },
    hand: { up: false, toggle: vi.fn() },
    reactions: { open: false, onOpen: vi.fn(), react: vi.fn() },
    people: { count: 9, waiting: 0, open: false, toggle: vi.fn() },
    chat: { unread: 0, open: false, toggle: vi.fn() },
    host: undefined,
    more: {
      saving: 'auto',
      onSaving: vi.fn(),
      onConnection: vi.fn(),
      onSettings: vi.fn(),
    },
    leave: null,
    ...change,
  };
}

describe('the control bar', () => {
  it('names each switch after what it will do', () => {
    draw(<ControlBar {...bar()} />);
    for (const name of ['Mute', 'Stop camera', 'Share screen', 'Raise hand']) {
      expect(screen.getByRole('button', { name })).toBeTruthy();
    }
    cleanup();
    const off = { ...bar().microphone, on: false };
    draw(
      <ControlBar
        {...bar({
          microphone: off,
          camera: off,
          share: { on: true, busy: false, toggle: vi.fn() },
          hand: { up: true, toggle: vi.fn() },
        })}
      />,
    );
    for (const name of ['Unmute', 'Start camera', 'Stop sharing', 'Lower hand']) {
      expect(screen.getByRole('button', { name })).toBeTruthy();
    }
  });

  it('counts people and unread messages in words, too', () => {
    const { container } = draw(
      <ControlBar {...bar({ chat: { unread: 3, open: false, toggle: vi.fn() } })} />,
    );
    expect(container.querySelector('#people-count')?.textContent).toBe('9 people');
    expect(container.querySelector('#chat-unread')?.textContent).toBe('3 new messages');
  });

  it('has host controls for hosts, and says who waits', () => {
    const { container } = draw(
      <ControlBar
        {...bar({
          host: { open: false, toggle: vi.fn() },
          people: { count: 9, waiting: 2, open: false, toggle: vi.fn() },
        })}
      />,
    );
    expect(screen.getByRole('button', { name: 'Host controls' })).toBeTruthy();
    expect(container.querySelector('#people-count')?.textContent).toBe('9 people 2 waiting');
    cleanup();
    draw(<ControlBar {...bar()} />);
    expect(screen.queryByRole('button', { name: 'Host controls' })).toBeNull();
  });

  it('lets arrows go through the reactions, and sends the one that is pressed', async () => {
    const react = vi.fn();
    draw(<ControlBar {...bar({ reactions: { open: true, onOpen: vi.fn(), react } })} />);
    screen.getByRole('button', { name: 'Thumbs up' }).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}{ArrowLeft}{Enter}');
    expect(react).toHaveBeenCalledExactlyOnceWith('😮');
  });

  it('has no share where the browser has none', () => {
    draw(<ControlBar {...bar({ share: undefined })} />);
    expect(screen.queryByRole('button', { name: 'Share screen' })).toBeNull();
  });
});

describe('Leave', () => {
  it('leaves at once, for those who are not host', async () => {
    const onLeave = vi.fn();
    draw(<LeaveButton host={false} compact={false} onLeave={onLeave} onEnd={vi.fn()} />);
    await userEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(onLeave).toHaveBeenCalledOnce();
  });

  it('asks a host which of the two', async () => {
    const onEnd = vi.fn();
    draw(<LeaveButton host compact onLeave={vi.fn()} onEnd={onEnd} />);
    await userEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(screen.getByRole('menuitem', { name: 'Leave meeting' })).toBeTruthy();
    await userEvent.click(screen.getByRole('menuitem', { name: 'End meeting for all…' }));
    expect(onEnd).toHaveBeenCalledOnce();
  });
});
