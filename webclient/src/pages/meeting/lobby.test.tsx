// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RequestError, idleState } from '../../call';
import { ToastProvider } from '../../ui/Toast';
import { draw } from '../../ui/draw';
import { CallProvider } from './call';
import type { Call } from './call';
import { useLobby } from './lobby';
import { RenameDialog } from './PersonDialogs';

afterEach(cleanup);

function fake(change: Partial<Call> = {}) {
  const wei = { id: 'w', name: 'Wei', guest: true, since: '2026-01-01T00:00:00Z' };
  const state = { ...idleState(), waiting: [wei] };
  const moderate = vi.fn<Call['moderate']>(async () => {});
  const call = { subscribe: () => () => {}, getState: () => state, moderate, ...change };
  return { call: call as unknown as Call, moderate };
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
