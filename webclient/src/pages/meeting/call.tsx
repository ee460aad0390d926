import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { CallEngine, CallState } from '../../call';

/** What the page asks of the engine. */
export type Call = Pick<CallEngine, keyof CallEngine>;

const CallContext = createContext<Call | null>(null);

export function CallProvider({ call, children }: { call: Call; children: ReactNode }) {
  return <CallContext value={call}>{children}</CallContext>;
}

export function useCall(): Call {
  const call = useContext(CallContext);
  if (call === null) throw new Error('useCall outside of CallProvider');
  return call;
}

export function useCallState(call: Call): CallState {
  return useSyncExternalStore(call.subscribe, call.getState);
}
