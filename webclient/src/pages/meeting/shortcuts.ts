import type { TFunction } from 'i18next';
import { useEffect, useRef, useState } from 'react';
import { keep, kept } from '../../state/kept';
import { letterOf } from '../../state/keys';
import { ownsSpace } from './pushToTalk';
import type { ShortcutRow } from '../../ui/ShortcutsDialog';

/** What a key can do, in the order of the list that shows them. */
export type Shortcut =
  | 'microphone'
  | 'camera'
  | 'hand'
  | 'share'
  | 'react'
  | 'chat'
  | 'people'
  | 'hostControls'
  | 'connection'
  | 'layout'
  | 'nextPage'
  | 'previousPage'
  | 'bar'
  | 'help';

interface Binding {
  key: string;
  /** Ctrl, or Command on a Mac. */
  command?: boolean;
  /** As it stands in the list; undefined for a second key that does the same. */
  shown?: readonly string[];
}

export const bindings: Record<Shortcut, readonly Binding[]> = {
  microphone: [
    { key: 'm', shown: ['M'] },
    { key: 'd', command: true },
  ],
  camera: [
    { key: 'v', shown: ['V'] },
    { key: 'e', command: true },
  ],
  hand: [{ key: 'h', shown: ['H'] }],
  share: [{ key: 's', shown: ['S'] }],
  react: [{ key: 'r', shown: ['R'] }],
  chat: [{ key: 'c', shown: ['C'] }],
  people: [{ key: 'p', shown: ['P'] }],
  hostControls: [{ key: 'o', shown: ['O'] }],
  connection: [{ key: 't', shown: ['T'] }],
  layout: [{ key: 'l', shown: ['L'] }],
  nextPage: [{ key: 'pagedown', shown: ['PgDn'] }],
  previousPage: [{ key: 'pageup', shown: ['PgUp'] }],
  bar: [{ key: 'f2', shown: ['F2'] }],
  help: [{ key: '?', shown: ['?'] }],
};

interface Pressed {
  key: string;
  command: boolean;
  other: boolean;
}

/** What the pressed keys ask for. Single letters can be switched off: who dictates would press them all. */
export function shortcutOf(
  { key, command, other }: Pressed,
  single: boolean,
): Shortcut | undefined {
  if (other) return undefined;
  const lower = key.toLowerCase();
  for (const [name, all] of Object.entries(bindings) as [Shortcut, readonly Binding[]][]) {
    for (const each of all) {
      if (each.key !== lower || (each.command ?? false) !== command) continue;
      if (single || command || lower.length > 1) return name;
    }
  }
  return undefined;
}

/** Fields take letters, menus jump by them, and a dialog is about something else. */
export function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const taking = 'input, textarea, select, [contenteditable], [role="menu"], [role="dialog"]';
  return target.closest(taking) !== null;
}

export function useShortcuts(actions: Partial<Record<Shortcut, () => void>>) {
  const [single, setSingle] = useState(() => kept('single-keys') !== 'no');
  const current = useRef({ actions, single });
  useEffect(() => {
    current.current = { actions, single };
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.repeat || event.defaultPrevented) return;
      const command = event.ctrlKey || event.metaKey;
      const pressed = { key: letterOf(event), command, other: event.altKey };
      const name = shortcutOf(pressed, current.current.single);
      const action = name && current.current.actions[name];
      if (action === undefined) return;
      if (!command && event.key !== 'F2' && takesKeys(event.target)) return;
      // A list that has the focus is what they scroll.
      if (event.key.startsWith('Page') && ownsSpace(event.target)) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  return {
    single,
    setSingle: (next: boolean) => {
      keep('single-keys', next ? null : 'no');
      setSingle(next);
    },
  };
}

/** The list of `?`, the keys of hosts only for them. */
export function shortcutRows(t: TFunction, hosting: boolean): ShortcutRow[] {
  const names = Object.keys(bindings) as Shortcut[];
  const rows = names
    .filter((name) => hosting || name !== 'hostControls')
    .flatMap((name) =>
      bindings[name].flatMap(({ shown }) =>
        shown ? [{ keys: shown, text: t(`shortcuts.keys.${name}`) }] : [],
      ),
    );
  return [{ keys: [t('shortcuts.hold')], text: t('shortcuts.talk') }, ...rows];
}
