import { useEffect, useSyncExternalStore } from 'react';
import { keep, kept } from './kept';

export type Theme = 'system' | 'light' | 'dark';

const listeners = new Set<() => void>();
let stages = 0;

export function theme(): Theme {
  const value = kept('theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function setTheme(next: Theme): void {
  keep('theme', next === 'system' ? null : next);
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
