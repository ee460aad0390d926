// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiClient } from '../api';
import { idleState } from '../call';
import type { CallState } from '../call';
import { ApiProvider } from '../state/session';
import { draw } from '../ui/draw';
import { Over } from './Over';

afterEach(cleanup);

const ada = { id: 'ada', name: 'Ada' } as CallState['participants'][number];
const signedOut = { phase: 'out' };

function over(state: Partial<CallState>): void {
  const api = { subscribe: () => () => {}, session: () => signedOut } as unknown as ApiClient;
  draw(
    <MemoryRouter>
      <ApiProvider api={api}>
        <Over
          state={{ ...idleState(), self: 'grace', participants: [ada], ...state }}
          onRejoin={() => {}}
        />
      </ApiProvider>
    </MemoryRouter>,
  );
}

describe('after the meeting', () => {
  const removed = { phase: 'failed', error: { code: 'removed', message: '' } } as const;
  it.each<[string, Partial<CallState>]>([
    ['Ada ended it for all.', { phase: 'ended', endedBy: 'ada' }],
    [
      'Its host or whoever runs this server ended it for all, from outside the meeting.',
      { phase: 'ended', endedBy: '' },
    ],
    [
      'It is over for everyone.',
      { phase: 'failed', error: { code: 'meeting_ended', message: '' } },
    ],
    [
      'A host has taken you out of this meeting. You cannot come back before it has ended.',
      { ...removed, notice: { id: 1, kind: 'removed', by: 'ada' } },
    ],
    [
      'Whoever runs this server has taken you out of this meeting. You cannot come back before it has ended.',
      { ...removed, notice: { id: 1, kind: 'removed' } },
    ],
    [
      'A host has decided not to let you into this meeting.',
      { ...removed, notice: { id: 1, kind: 'denied' } },
    ],
  ])('one reads: %s', (text, state) => {
    over(state);
    expect(screen.getByText(text)).toBeTruthy();
  });

  it('joining again comes first, but for who was shown the door', () => {
    const ways = () =>
      screen.getAllByText(/^(Join again|Go to sign-in)$/).map((each) => each.textContent);
    over({ phase: 'ended', endedBy: 'ada' });
    expect(ways()).toEqual(['Join again', 'Go to sign-in']);
    cleanup();
    over(removed);
    expect(ways()).toEqual(['Go to sign-in', 'Join again']);
  });
});
