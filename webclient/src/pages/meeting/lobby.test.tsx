// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RequestError, idleState } from '../../call';
import { ToastProvider } from '../../ui/Toast';
import { draw } from '../../ui/draw';
import { CallProvider } from './call';
import type { Call } from './call';
import { chime } from './chime';
import { useLobby } from './lobby';
import { RenameDialog } from './PersonDialogs';

vi.mock('./chime', () => ({ chime: vi.fn() }));
afterEach(() => {
  cleanup();
  vi.mocked(chime).mockClear();
});

function fake(change: Partial<Call> = {}) {
  const wei = { id: 'w', name: 'Wei', guest: true, since: '2026-01-01T00:00:00Z' };
  let state = { ...idleState(), waiting: [wei] };
  const moderate = vi.fn<Call['moderate']>(async () => {});
  let tell = () => {};
  const subscribe = (listener: () => void) => {
    tell = listener;
    return () => {};
  };
  const call = { subscribe, getState: () => state, moderate, ...change };
  const comes = (...names: string[]) => {
    const more = names.map((name) => ({ ...wei, id: name, name }));
    state = { ...state, waiting: [...state.waiting, ...more] };
    act(() => tell());
  };
  return { call: call as unknown as Call, moderate, comes };
}

function Lobby() {
  const { lobby, dialog } = useLobby();
  return (
    <>
      <button type="button" onClick={() => lobby.onDeny(['w'])}>
        Deny
      </button>
      <button type="button" onClick={lobby.onMessage}>
        Write
      </button>
      <button type="button" onClick={lobby.onAdmitAll}>
        Admit all
      </button>
      {dialog}
    </>
  );
}

function inRoom(call: Call, page: React.ReactNode) {
  draw(
    <ToastProvider>
      <CallProvider call={call}>{page}</CallProvider>
    </ToastProvider>,
  );
}

describe('the lobby, as a host has it', () => {
  it('can take back that somebody was not let in', async () => {
    const { call, moderate } = fake();
    inRoom(call, <Lobby />);
    fireEvent.click(screen.getByRole('button', { name: 'Deny' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Let back in' }));
    expect(moderate.mock.calls.map(([what]) => what)).toEqual([
      { type: 'moderation:deny', data: { participants: ['w'] } },
      { type: 'moderation:forgive', data: { participant: 'w' } },
    ]);
    await screen.findByText('Wei may come back.');
  });

  it('rings and says so when somebody comes, not for who was there already', async () => {
    const { call, moderate, comes } = fake();
    inRoom(call, <Lobby />);
    expect(chime).not.toHaveBeenCalled();
    comes('Xaver');
    expect(chime).toHaveBeenCalledTimes(1);
    expect(screen.getAllByText('Xaver waits to come in.')).toBeTruthy();
    comes('Yara', 'Zoe');
    expect(chime).toHaveBeenCalledTimes(2);
    fireEvent.click(screen.getByRole('button', { name: 'Admit' }));
    expect(moderate.mock.calls[0]![0]).toEqual({
      type: 'moderation:admit',
      data: { participants: ['Yara', 'Zoe'] },
    });
  });

  it('lets everybody in at once', () => {
    const { call, moderate } = fake();
    inRoom(call, <Lobby />);
    fireEvent.click(screen.getByRole('button', { name: 'Admit all' }));
    expect(moderate.mock.calls[0]![0]).toEqual({ type: 'moderation:admit', data: { all: true } });
  });

  it('has a message of as many bytes as the server takes', () => {
    inRoom(fake().call, <Lobby />);
    fireEvent.click(screen.getByRole('button', { name: 'Write' }));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox');
    fireEvent.change(field, { target: { value: 'あ'.repeat(400) } });
    expect(field.value).toBe('あ'.repeat(341));
  });
});

it('says that a new name was refused', async () => {
  const refused = () => Promise.reject(new RequestError('too_many', 'slow down'));
  inRoom(fake({ rename: refused }).call, <RenameDialog name="Ada" onClose={() => {}} />);
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'Ada L.' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(screen.getAllByText('That was too much at once. Try again in a moment.')).toBeTruthy(),
  );
});
