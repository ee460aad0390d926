import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatEntry } from '../../call';
import type { Person } from './people';

/** Tells readers of the screen who comes and goes, and what is written while the chat is closed. */
export function Announcer({
  people,
  chat,
  chatOpen,
}: {
  people: readonly Person[];
  chat: readonly ChatEntry[];
  chatOpen: boolean;
}) {
  const { t } = useTranslation();
  const region = useRef<HTMLDivElement>(null);
  const known = useRef<Map<string, string> | null>(null);
  const newest = useRef<number | null>(null);

  useEffect(() => {
    const before = known.current;
    const now = new Map(people.map((each) => [each.id, each.name]));
    known.current = now;
    if (before === null) return;
    const said = [
      ...people
        .filter((each) => !before.has(each.id))
        .map((each) => t('meeting.joined', { name: each.name })),
      ...[...before].filter(([id]) => !now.has(id)).map(([, name]) => t('meeting.left', { name })),
    ];
    if (said.length > 0) say(region.current, said.join('. '));
  }, [people, t]);

  useEffect(() => {
    const last = chat.at(-1);
    const before = newest.current;
    newest.current = Math.max(before ?? 0, last?.number ?? 0);
    if (before === null || last === undefined || last.own || last.number <= before) return;
    if (!chatOpen)
      say(region.current, t('chat.said', { name: last.name, text: last.text.slice(0, 200) }));
  }, [chat, chatOpen, t]);

  return <div ref={region} role="status" aria-live="polite" className="sr-only" />;
}

function say(region: HTMLDivElement | null, text: string): void {
  if (region !== null) region.textContent = text;
}
