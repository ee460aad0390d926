import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { ApiClient, Session, User } from '../api';

const ApiContext = createContext<ApiClient | null>(null);

export function ApiProvider({ api, children }: { api: ApiClient; children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): ApiClient {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('useApi outside of ApiProvider');
  return api;
}

export function useSession(): Session {
  const api = useApi();
  return useSyncExternalStore(api.subscribe, api.session);
}

/** Who is signed in, on pages that are behind the sign-in. */
export function useUser(): User | undefined {
  const session = useSession();
  return session.phase === 'in' ? session.user : undefined;
}
