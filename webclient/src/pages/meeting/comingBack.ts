import type { CallEngine, Place } from '../../call';

/** Where this tab was in a meeting before its page was loaded anew, and what was on. */
export interface Return {
  place: Place;
  microphone: boolean;
  camera: boolean;
}

interface Kept extends Return {
  /** When the page was last alive, milliseconds since the epoch. */
  at: number;
}

// A page that was loaded anew comes back by itself; one that a browser has dug up again shows the door.
const within = 60_000;

/** The way back into a meeting, if there is one and it is not too old. */
export function returning(code: string, now = Date.now()): Return | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(code)) ?? 'null') as Kept | null;
    if (kept === null || now - kept.at > within || typeof kept.place.ticket !== 'string') return;
    return kept;
  } catch {
    return undefined;
  }
}

export function forgetReturn(code: string): void {
  try {
    sessionStorage.removeItem(keyOf(code));
  } catch {
    // Nothing was kept then.
  }
}

/** Keeps the way back up to date for as long as the call lasts. Returns what takes each new place. */
export function keepReturn(code: string, call: CallEngine): (place: Place) => void {
  let place: Place | undefined;
  const write = () => {
    const { phase, microphone, camera } = call.getState();
    if (phase === 'ended' || phase === 'failed') {
      window.removeEventListener('pagehide', write);
      forgetReturn(code);
      return;
    }
    if (place === undefined) return;
    const kept: Kept = { place, microphone: microphone.on, camera: camera.on, at: Date.now() };
    try {
      sessionStorage.setItem(keyOf(code), JSON.stringify(kept));
    } catch {
      // Then a page that is loaded anew shows the door.
    }
  };
  let known = '';
  call.subscribe(() => {
    const { phase, microphone, camera } = call.getState();
    const now = `${phase} ${microphone.on} ${camera.on}`;
    if (now === known) return;
    known = now;
    write();
  });
  window.addEventListener('pagehide', write);
  return (next) => {
    place = next;
    write();
  };
}

function keyOf(code: string): string {
  return `plenum.place.${code}`;
}
