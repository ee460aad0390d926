import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Burst } from '../../call';
import { nameOf } from '../../ui/emojis';

interface Floating extends Burst {
  name: string;
  /** Percent of the width of their lane. */
  lane: number;
}

// As long as the animation takes.
const stays = 4_000;
// A storm shows so many at once, and the newest.
const most = 24;

/** Reactions rise over the lower left of the stage, with the name of whoever sent them. */
export function Reactions({
  bursts,
  nameOf: named,
}: {
  bursts: readonly Burst[];
  nameOf: (participant: string) => string;
}) {
  const { t } = useTranslation();
  const [floating, setFloating] = useState<Floating[]>([]);
  const last = useRef(bursts.at(-1)?.id ?? 0);
  const names = useRef(named);
  useEffect(() => {
    names.current = named;
  });
  useEffect(() => {
    const fresh = bursts.filter(({ id }) => id > last.current);
    if (fresh.length === 0) return;
    last.current = fresh.at(-1)!.id;
    const added = fresh.map((each) => ({
      ...each,
      name: each.participant ? names.current(each.participant) : '',
      lane: (each.id * 37) % 100,
    }));
    const ids = new Set(added.map(({ id }) => id));
    setFloating((all) => [...all, ...added].slice(-most));
    setTimeout(() => setFloating((all) => all.filter(({ id }) => !ids.has(id))), stays);
  }, [bursts]);

  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute start-6 bottom-24 z-20 h-72 w-56 overflow-hidden"
    >
      {floating.map((each) => (
        <span
          key={each.id}
          className="absolute bottom-0 flex animate-float flex-col motion-reduce:animate-none items-center gap-1"
          style={{ insetInlineStart: `${each.lane * 0.7}%` }}
        >
          <span className="text-[2rem] leading-none" title={t(`reactions.${nameOf(each.emoji)}`)}>
            {each.emoji}
          </span>
          {(each.name !== '' || each.count > 1) && (
            <span className="tabular max-w-28 truncate rounded-full bg-pill px-2 text-small text-ink">
              {each.count > 1 ? `× ${each.count}` : each.name}
            </span>
          )}
        </span>
      ))}
    </div>
  );
}
