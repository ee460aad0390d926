import { useEffect, useState } from 'react';

const signs = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'wheel'] as const;

/** True after so many milliseconds without a hand on mouse, screen or keyboard. */
export function useIdle(after: number): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer = setTimeout(() => setIdle(true), after);
    const wake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), after);
      setIdle(false);
    };
    for (const sign of signs) window.addEventListener(sign, wake, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const sign of signs) window.removeEventListener(sign, wake);
    };
  }, [after]);
  return idle;
}
