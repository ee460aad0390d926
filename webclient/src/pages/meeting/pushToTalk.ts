import { useEffect, useRef, useState } from 'react';

// The last syllable is still on its way when the finger lets go.
const releaseAfter = 120;

const holds =
  'input, textarea, select, button, a, summary, [contenteditable], [role="menu"], [role="dialog"], [role="slider"], [tabindex="0"]';

/** Whether the space bar belongs to what has the focus: a button is pressed with it, a field takes it. */
export function ownsSpace(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(holds) !== null;
}

/** While Space is held the microphone is on; undefined `start` means that it may not be. */
export function usePushToTalk(
  muted: boolean,
  set: (on: boolean) => void,
  allowed: boolean,
): { talking: boolean } {
  const [talking, setTalking] = useState(false);
  const current = useRef({ muted, set, allowed });
  useEffect(() => {
    current.current = { muted, set, allowed };
  });
  useEffect(() => {
    let held = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const down = (event: KeyboardEvent) => {
      if (event.code !== 'Space' || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.defaultPrevented || ownsSpace(event.target)) return;
      // The page must not scroll, in any case.
      event.preventDefault();
      const { muted, allowed, set } = current.current;
      if (event.repeat || held) return;
      if (timer !== undefined) {
        clearTimeout(timer);
        timer = undefined;
        held = true;
        return;
      }
      if (!muted || !allowed) return;
      held = true;
      setTalking(true);
      set(true);
    };
    const release = () => {
      if (!held) return;
      held = false;
      timer = setTimeout(() => {
        timer = undefined;
        setTalking(false);
        current.current.set(false);
      }, releaseAfter);
    };
    const up = (event: KeyboardEvent) => {
      if (event.code === 'Space') release();
    };
    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up);
    window.addEventListener('blur', release);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up);
      window.removeEventListener('blur', release);
      clearTimeout(timer);
    };
  }, []);
  return { talking };
}
