import { Navigate, Outlet, useLocation } from 'react-router';
import { withNext } from '../state/next';
import { useSession } from '../state/session';

/** Sends strangers to the sign-in, which brings them back here. */
export function RequireSession() {
  const session = useSession();
  const { pathname, search } = useLocation();
  if (session.phase === 'in') return <Outlet />;
  return <Navigate to={withNext('/signin', pathname + search)} replace />;
}
