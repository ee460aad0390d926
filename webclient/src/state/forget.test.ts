import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import type { Session, User } from '../api';
import { forgetWithUser } from './forget';

const signedIn = (id: string): Session => ({ phase: 'in', user: { id } as User });

it('forgets what was loaded when the user goes or is another, and only then', () => {
  let session: Session = { phase: 'unknown' };
  let tell = () => {};
  const queries = new QueryClient();
  const api = {
    session: () => session,
    subscribe: (f: () => void) => {
      tell = f;
      return () => {};
    },
  };
  forgetWithUser(api, queries);
  const kept = (next: Session) => {
    queries.setQueryData(['meetings'], 'secret');
    session = next;
    tell();
    return queries.getQueryData(['meetings']) !== undefined;
  };
  expect(kept(signedIn('ada'))).toBe(true);
  expect(kept(signedIn('ada'))).toBe(true);
  expect(kept(signedIn('bob'))).toBe(false);
  expect(kept({ phase: 'out' })).toBe(false);
});
