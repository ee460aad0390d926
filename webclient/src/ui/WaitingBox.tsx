import { BellRing } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { WaitingPerson } from '../protocol/messages';
import { Avatar } from './Avatar';
import { useSince } from './since';

export interface WaitingProps {
  /** The longest first. */
  waiting: readonly WaitingPerson[];
  /** What they are told; empty for nothing. */
  message: string;
  onAdmit: (ids: string[]) => void;
  onDeny: (ids: string[]) => void;
  onAdmitAll: () => void;
  onMessage: () => void;
}

/** Who waits to come in, always first. */
export function WaitingBox(props: WaitingProps) {
  const { t } = useTranslation();
  const { waiting, message, onAdmit, onDeny } = props;
  return (
    <section className="mx-3 mb-1 flex max-h-[45%] shrink-0 flex-col rounded-card bg-amber-fill py-3 text-amber-text">
      <div className="flex shrink-0 items-center gap-2.5 px-3">
        <BellRing size={18} aria-hidden="true" />
        <h3 className="grow text-label font-semibold">
          {t('lobby.title')} <span className="tabular ms-1">{waiting.length}</span>
        </h3>
        {waiting.length > 1 && (
          <button
            type="button"
            onClick={props.onAdmitAll}
            className="min-h-8 rounded-full border border-amber-edge px-3 text-label font-semibold"
          >
            {t('lobby.admitAll')}
          </button>
        )}
      </div>
      <ul className="mt-1 min-h-0 overflow-y-auto px-3 [scrollbar-width:thin]">
        {waiting.map((each) => (
          <Line key={each.id} person={each} onAdmit={onAdmit} onDeny={onDeny} />
        ))}
      </ul>
      <button
        type="button"
        onClick={props.onMessage}
        className="mx-1 min-h-8 self-start rounded-full px-2 text-start text-label font-medium underline underline-offset-2"
      >
        {message === '' ? t('lobby.write') : t('lobby.rewrite', { text: message })}
      </button>
    </section>
  );
}

function Line({
  person,
  onAdmit,
  onDeny,
}: Pick<WaitingProps, 'onAdmit' | 'onDeny'> & { person: WaitingPerson }) {
  const { t } = useTranslation();
  const since = useSince(person.since);
  const { id, name, guest } = person;
  return (
    <li className="flex min-h-12 items-center gap-3">
      <Avatar id={id} name={name} size={32} />
      <div className="min-w-0 grow">
        <p className="truncate aligned text-field font-medium text-ink" dir="auto">
          {name}
        </p>
        <p className="truncate text-small text-amber-second">
          {t(guest ? 'lobby.guest' : 'lobby.member', { since })}
        </p>
      </div>
      <WaitingActions name={name} onAdmit={() => onAdmit([id])} onDeny={() => onDeny([id])} />
    </li>
  );
}

export function WaitingActions({
  name,
  onAdmit,
  onDeny,
}: {
  name: string;
  onAdmit: () => void;
  onDeny: () => void;
}) {
  const { t } = useTranslation();
  return (
    <span className="flex shrink-0 gap-2">
      <button
        type="button"
        aria-label={t('lobby.denyNamed', { name })}
        onClick={onDeny}
        className="min-h-8 rounded-full bg-amber/15 px-3.5 text-body font-semibold text-amber-text hover:bg-amber/25"
      >
        {t('lobby.deny')}
      </button>
      <button
        type="button"
        aria-label={t('lobby.admitNamed', { name })}
        onClick={onAdmit}
        className="min-h-8 rounded-full bg-amber px-3.5 text-body font-semibold text-on-amber hover:bg-amber-hover"
      >
        {t('lobby.admit')}
      </button>
    </span>
  );
}
