import { useEffect, useRef } from 'react';

/** The letter of a key. A keyboard of another script has its own on it: then the place counts. */
export function letterOf({ key, code }: Pick<KeyboardEvent, 'key' | 'code'>): string {
  const foreign = key.length === 1 && key > '\u007e';
  return ((foreign && /^Key([A-Z])$/.exec(code)?.[1]) || key).toLowerCase();
}

/** Single keys that work anywhere but while typing. */
export function useMeetingKeys(keys: Record<string, () => void>): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.defaultPrevented || isTyping(event.target)) return;
      const action = current.current[letterOf(event)];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

// Menus jump by letters too.
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, [contenteditable], [role="menu"]') !== null;
}
