import type { Timers } from './deps';

// A network change often heals by itself within a few checks.
const healWithin = 6_000;
// Browsers take half a minute to call a handshake that got stuck a failure.
const connectWithin = 15_000;

/** Follows a connection's state until it fails for good. Returns a function that stops it. */
export function watchConnection(
  pc: RTCPeerConnection,
  timers: Timers,
  events: { changed(state: RTCPeerConnectionState): void; failed(): void },
): () => void {
  let cancel = () => {};
  let over = false;
  const fail = () => {
    if (over) return;
    over = true;
    events.failed();
  };
  pc.onconnectionstatechange = () => {
    if (over) return;
    cancel();
    const state = pc.connectionState;
    events.changed(state);
    if (state === 'failed') fail();
    if (state === 'connecting') cancel = timers.after(connectWithin, fail);
    if (state === 'disconnected') cancel = timers.after(healWithin, fail);
  };
  return () => {
    over = true;
    cancel();
    pc.onconnectionstatechange = null;
  };
}
