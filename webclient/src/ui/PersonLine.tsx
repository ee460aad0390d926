import { Mic, MicOff, MonitorUp, VideoOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ParticipantKind, Role } from '../protocol/messages';
import { Avatar } from './Avatar';
import { SpeakingBars } from './SpeakingBars';

/** One row of the list. */
export interface PersonRow {
  id: string;
  name: string;
  self: boolean;
  role: Role;
  guest: boolean;
  kind?: ParticipantKind;
  microphone: boolean;
  camera: boolean;
  sharing: boolean;
  speaking: boolean;
  hand: number;
  /** Called on: has the word. */
  floor: boolean;
  away: boolean;
  /** Their connection is not good. */
  weak: boolean;
}

export function PersonLine({
  person,
  place,
  of,
  menu,
}: {
  person: PersonRow;
  place: number;
  of: number;
  menu: ReactNode;
}) {
  const { t } = useTranslation();
  const { role, guest, kind, sharing, floor, away, weak } = person;
  const notes = [
    away && t('people.away'),
    floor && t('people.floor'),
    role === 'HOST' && t('people.host'),
    role === 'COHOST' && t('people.cohost'),
    kind ? t(`people.${kind}`) : guest && t('people.guest'),
    sharing && t('people.sharing'),
    weak && t('people.weak'),
  ].filter((each) => each !== false);
  const heard = person.speaking && person.microphone;
  return (
    <li aria-setsize={of} aria-posinset={place} className="flex h-12 items-center gap-3">
      <Avatar id={person.id} name={person.name} size={32} />
      <div className="min-w-0 grow">
        <p className="flex gap-1.5 text-field">
          <span className="truncate font-medium" dir="auto">
            {person.name}
          </span>
          {person.self && <span className="shrink-0 text-muted">{t('meeting.you')}</span>}
        </p>
        {notes.length > 0 && <p className="truncate text-small text-muted">{notes.join(' · ')}</p>}
      </div>
      {sharing && <MonitorUp size={17} className="text-muted" aria-hidden="true" />}
      {person.hand > 0 && (
        <span className="tabular inline-flex h-6 min-w-6 items-center justify-center rounded-full bg-amber px-1.5 text-small font-bold text-on-amber">
          <span aria-hidden="true">{person.hand}</span>
          <span className="sr-only">{t('meeting.hand', { count: person.hand })}</span>
        </span>
      )}
      {!person.camera && (
        <>
          <VideoOff size={17} className="text-muted" aria-hidden="true" />
          <span className="sr-only">{t('people.noCamera')}</span>
        </>
      )}
      <span className="inline-flex w-5 justify-center">
        {heard ? (
          <SpeakingBars />
        ) : person.microphone ? (
          <Mic size={17} className="text-muted" aria-hidden="true" />
        ) : (
          <MicOff size={17} className="text-off-sign" aria-hidden="true" />
        )}
        <span className="sr-only">
          {t(heard ? 'meeting.speaking' : person.microphone ? 'meeting.unmuted' : 'meeting.muted')}
        </span>
      </span>
      {menu}
    </li>
  );
}
