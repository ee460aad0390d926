import { useEffect, useState } from 'react';

// A tile changes its place for speaking at most this often.
const restless = 2_000;
// A borrowed seat is given back after so much silence.
const silence = 4_000;

interface Seat {
  id: string | undefined;
  since: number;
}

/** Milliseconds until the seat goes to `active`; null if it stays with whom it is. */
export function seatIn(seat: Seat, active: string | undefined, now: number): number | null {
  if (active === seat.id) return null;
  return Math.max(active === undefined ? silence : 0, seat.since + restless - now);
}

/** The last speaker, changing at most every two seconds, and for a while after the last word. */
export function useSteadySpeaker(active: string | undefined): string | undefined {
  const [seat, setSeat] = useState<Seat>({ id: undefined, since: 0 });
  useEffect(() => {
    const wait = seatIn(seat, active, performance.now());
    if (wait === null) return;
    const timer = setTimeout(() => setSeat({ id: active, since: performance.now() }), wait);
    return () => clearTimeout(timer);
  }, [active, seat]);
  return seat.id;
}
