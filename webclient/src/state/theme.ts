import { useEffect, useSyncExternalStore } from 'react';
import { keep, kept } from './kept';

export const themes = ['system', 'light', 'dark', 'contrast'] as const;

export type Theme = (typeof themes)[number];

const listeners = new Set<() => void>();
let stages = 0;

export function theme(): Theme {
  const value = kept('theme');
  return themes.find((each) => each === value) ?? 'system';
}

export function setTheme(next: Theme): void {
  keep('theme', next === 'system' ? null : next);
  applyTheme();
  for (const f of [...listeners]) f();
}

/** Follows the system's wish for contrast, from now on. */
export function startTheme(): void {
  applyTheme();
  moreContrast().addEventListener('change', applyTheme);
}

/**
 * Puts the theme on the document: data-theme says light or dark, data-contrast that edges count more than tints. Pages
 * in a meeting are dark whatever was chosen.
 */
function applyTheme(): void {
  const chosen = theme();
  const shown = stages > 0 || chosen === 'contrast' ? 'dark' : chosen;
  const { dataset } = document.documentElement;
  if (shown === 'system') delete dataset['theme'];
  else dataset['theme'] = shown;
  if (chosen === 'contrast' || moreContrast().matches) dataset['contrast'] = 'more';
  else delete dataset['contrast'];
}

function moreContrast(): MediaQueryList {
  return window.matchMedia('(prefers-contrast: more)');
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
