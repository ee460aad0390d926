import { useEffect, useState } from 'react';
import type { Typing } from '../../call';

/** Who is writing now; somebody who has stopped is forgotten without being told. */
export function useWriting(typing: readonly Typing[]): string[] {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ends = typing.map(({ until }) => until).filter((until) => until > now);
    if (ends.length === 0) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(...ends) - Date.now() + 50);
    return () => clearTimeout(timer);
  }, [typing, now]);
  return typing.filter(({ until }) => until > now).map(({ participant }) => participant);
}
