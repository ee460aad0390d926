// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../api';
import type { ApiClient, Invitation, NewStream } from '../../api';
import { ApiProvider } from '../../state/session';
import { ToastProvider } from '../../ui/Toast';
import { draw } from '../../ui/draw';
import { InvitationLinks } from './InvitationLinks';
import { Streams } from './Streams';

const code = 'abcde-fghjk';
const link: Invitation = {
  id: 'link',
  role: 'COHOST',
  skipLobby: true,
  uses: 0,
  createdAt: '2026-01-01T10:00:00Z',
  good: true,
};
const stage: Invitation = {
  ...link,
  id: 'stage',
  role: 'PARTICIPANT',
  stream: 'publish',
  name: 'Stage',
};

let invitations: Invitation[];
const createStream = vi.fn(async (_: string, { kind, name }: NewStream) => {
  const invitation: Invitation = { ...stage, id: 'new', stream: kind, name };
  invitations = [invitation, ...invitations];
  return { invitation, url: `https://meet.example/whip/${code}`, token: 'secret-key' };
});
const revokeInvitation = vi.fn(async (_: string, id: string) => {
  invitations = invitations.filter((each) => each.id !== id);
});

beforeEach(() => {
  invitations = [link, stage];
});

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

function show() {
  const hosting = { invitations: async () => invitations, createStream, revokeInvitation };
  draw(
    <QueryClientProvider client={new QueryClient()}>
      <ApiProvider api={{ hosting } as unknown as ApiClient}>
        <ToastProvider>
          <InvitationLinks code={code} title="Monday" />
          <Streams code={code} />
        </ToastProvider>
      </ApiProvider>
    </QueryClientProvider>,
  );
  return {
    user: userEvent.setup(),
    links: screen.getByRole('region', { name: 'Invitation links' }),
    streams: screen.getByRole('region', { name: 'Streams' }),
  };
}

describe('the streams of a meeting', () => {
  it('stand apart from the links for people, and are revoked like them', async () => {
    const { user, links, streams } = show();
    expect(await within(streams).findByText('Stream: Stage')).toBeTruthy();
    expect(within(links).getByText('Co-host')).toBeTruthy();
    expect(within(links).queryByText('Stream: Stage')).toBeNull();
    await user.click(within(streams).getByRole('button', { name: 'Revoke: Stream: Stage' }));
    await waitFor(() => expect(within(streams).queryByText('Stream: Stage')).toBeNull());
    expect(revokeInvitation).toHaveBeenCalledWith(code, 'stage');
    expect(within(links).getByText('Co-host')).toBeTruthy();
  });

  it('show the address and the key of a new one, once', async () => {
    const { user, streams } = show();
    await user.click(within(streams).getByRole('button', { name: 'New stream' }));
    const dialog = screen.getByRole('dialog');
    await user.selectOptions(
      within(dialog).getByLabelText('What it does'),
      'Plays the meeting out',
    );
    await user.selectOptions(within(dialog).getByLabelText('Good for'), 'One hour');
    await user.type(within(dialog).getByLabelText('Name'), '  Hall  ');
    await user.click(within(dialog).getByRole('button', { name: 'Create stream' }));

    const key = await within(dialog).findByLabelText<HTMLInputElement>('Key');
    expect(key.value).toBe('secret-key');
    expect(within(dialog).getByLabelText<HTMLInputElement>('Address').value).toContain(code);
    const [, wish] = createStream.mock.calls[0]!;
    expect(wish).toMatchObject({ kind: 'play', name: 'Hall', skipLobby: true });
    expect(Date.parse(wish.expiresAt!) - Date.now()).toBeLessThanOrEqual(3_600_000);

    await user.click(within(dialog).getByRole('button', { name: 'Copy the key' }));
    expect(await navigator.clipboard.readText()).toBe('secret-key');
    await user.click(within(dialog).getByRole('button', { name: 'Done' }));
    expect(await within(streams).findByText('Player: Hall')).toBeTruthy();
    await user.click(within(streams).getByRole('button', { name: 'New stream' }));
    expect(screen.queryByLabelText('Key')).toBeNull();
  });

  it('ask for a name, and say what the server refuses', async () => {
    const { user, streams } = show();
    await user.click(within(streams).getByRole('button', { name: 'New stream' }));
    await user.click(screen.getByRole('button', { name: 'Create stream' }));
    expect(screen.getByText('Give the stream a name.')).toBeTruthy();
    expect(createStream).not.toHaveBeenCalled();
    createStream.mockRejectedValueOnce(new ApiError(429, 'too_many', ''));
    await user.type(screen.getByLabelText('Name'), 'Hall{Enter}');
    expect(await screen.findByText(/tried too often/)).toBeTruthy();
  });
});
