import { useEffect } from 'react';

/** The screen stays on during a meeting, where the browser lets us. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return;
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const hold = async () => {
      if (document.visibilityState !== 'visible' || lock?.released === false) return;
      try {
        const next = await navigator.wakeLock.request('screen');
        if (over) await next.release();
        else lock = next;
      } catch {
        // A battery that is nearly empty, or a policy: then it goes dark as always.
      }
    };
    // The browser lets go of it when the page is hidden.
    const again = () => void hold();
    void hold();
    document.addEventListener('visibilitychange', again);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', again);
      void lock?.release();
    };
  }, []);
}
