import type { QueryClient } from '@tanstack/react-query';
import type { ApiClient } from '../api';

/** What one person has loaded is gone when they sign out, before another can see it. */
export function forgetWithUser(
  api: Pick<ApiClient, 'subscribe' | 'session'>,
  queries: Pick<QueryClient, 'clear'>,
): void {
  const current = () => {
    const session = api.session();
    return session.phase === 'in' ? session.user.id : undefined;
  };
  let known = current();
  api.subscribe(() => {
    const before = known;
    known = current();
    if (before !== undefined && before !== known) queries.clear();
  });
}
