import { useEffect, useState } from 'react';

// A tile changes its place for speaking at most this often.
const restless = 2_000;

/** The last speaker, changing at most every two seconds; stays after the last word. */
export function useSteadySpeaker(active: string | undefined): string | undefined {
  const [shown, setShown] = useState<{ id: string | undefined; since: number }>({
    id: undefined,
    since: 0,
  });
  useEffect(() => {
    if (active === undefined || active === shown.id) return;
    const wait = Math.max(0, shown.since + restless - performance.now());
    const timer = setTimeout(() => setShown({ id: active, since: performance.now() }), wait);
    return () => clearTimeout(timer);
  }, [active, shown]);
  return shown.id;
}
