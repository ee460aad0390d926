import { useEffect, useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const key = 'plenum.theme';
const listeners = new Set<() => void>();
let stages = 0;

export function theme(): Theme {
  const value = stored();
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function setTheme(next: Theme): void {
  try {
    if (next === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, next);
  } catch {
    // A browser that keeps nothing follows the system.
  }
  applyTheme();
  for (const f of [...listeners]) f();
}

/** Puts the theme on the document; pages in a meeting are dark whatever was chosen. */
export function applyTheme(): void {
  const shown = stages > 0 ? 'dark' : theme();
  if (shown === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = shown;
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, theme);
}

/** The stage is always dark, with the menus and dialogs over it. */
export function useStage(): void {
  useEffect(() => {
    stages++;
    applyTheme();
    return () => {
      stages--;
      applyTheme();
    };
  }, []);
}

function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
