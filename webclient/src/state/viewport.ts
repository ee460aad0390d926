import { useLayoutEffect, useState, useSyncExternalStore } from 'react';
import type { RefObject } from 'react';

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (f) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', f);
      return () => list.removeEventListener('change', f);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Which of the three frames of the meeting fits; em, so that large text gets the narrow one. */
export type Frame = 'wide' | 'middle' | 'phone' | 'phone-landscape';

export function useFrame(): Frame {
  const flat = useMedia('(max-height: 30em) and (orientation: landscape)');
  const narrow = useMedia('(max-width: 39.99em)');
  const wide = useMedia('(min-width: 64em)');
  if (flat) return 'phone-landscape';
  if (narrow) return 'phone';
  return wide ? 'wide' : 'middle';
}

/** Wide enough for every control in one row. */
export function useRoomy(): boolean {
  return useMedia('(min-width: 50em)');
}

export interface Size {
  width: number;
  height: number;
}

/** The inner size of an element, followed. */
export function useSize(ref: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const read = () => {
      const next = { width: element.clientWidth, height: element.clientHeight };
      setSize((before) =>
        before.width === next.width && before.height === next.height ? before : next,
      );
    };
    const observer = new ResizeObserver(read);
    observer.observe(element);
    read();
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
