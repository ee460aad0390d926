import { createContext, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mostLarge } from '../../layout';
import { useToast } from '../../ui/Toast';

/** Whose pictures stay large because we said so. */
export interface Pinning {
  pinned: readonly string[];
  toggle: (id: string) => void;
}

export const PinContext = createContext<Pinning>({ pinned: [], toggle: () => {} });

/** Pins of one meeting; a reload does not take them away. */
export function usePins(code: string): Pinning {
  const { t } = useTranslation();
  const toast = useToast();
  const [pinned, setPinned] = useState(() => remembered(code));
  const toggle = useCallback(
    (id: string) => {
      const next = pinned.includes(id) ? pinned.filter((each) => each !== id) : [...pinned, id];
      if (next.length > mostLarge) {
        toast(t('meeting.pinsFull', { count: mostLarge }));
        return;
      }
      remember(code, next);
      setPinned(next);
    },
    [pinned, code, t, toast],
  );
  return { pinned, toggle };
}

function remembered(code: string): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(`plenum.pins.${code}`) ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

function remember(code: string, pinned: readonly string[]): void {
  try {
    sessionStorage.setItem(`plenum.pins.${code}`, JSON.stringify(pinned));
  } catch {
    // Then they last until the page is loaded anew.
  }
}
