import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { withNext } from '../state/next';
import { useSession } from '../state/session';

/** Sends strangers to the sign-in, which brings them back here. */
export function RequireSession({ children }: { children: ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.phase === 'in') return children;
  return <Navigate to={withNext('/signin', pathname + search)} replace />;
}
