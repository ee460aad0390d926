import { Link2, Mic, MicOff, MonitorUp, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from './Avatar';
import { Button } from './Button';
import { Panel } from './Panel';
import { SpeakingBars } from './SpeakingBars';

/** One row of the list. */
export interface PersonRow {
  id: string;
  name: string;
  self: boolean;
  host: boolean;
  guest: boolean;
  microphone: boolean;
  sharing: boolean;
  speaking: boolean;
  hand: number;
}

// Below this everybody is in view anyway.
const searchFrom = 10;

/** Who is here: hands in their order, hosts, then the others. */
export function PeoplePanel({
  people,
  sheet,
  onCopyLink,
  onClose,
}: {
  people: readonly PersonRow[];
  sheet: boolean;
  onCopyLink: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState('');
  const found = people.filter((each) => matches(each.name, wanted));
  const hands = found.filter((each) => each.hand > 0).sort((a, b) => a.hand - b.hand);
  const rest = found.filter((each) => each.hand === 0);

  return (
    <Panel title={t('people.title')} count={people.length} sheet={sheet} onClose={onClose}>
      {people.length >= searchFrom && (
        <div className="mx-3 flex h-11 shrink-0 items-center gap-2.5 rounded-full border border-edge bg-surface-2 px-4 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
          <Search size={18} className="text-muted" aria-hidden="true" />
          <input
            type="search"
            aria-label={t('people.find')}
            placeholder={t('people.find')}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            className="h-full min-w-0 grow bg-transparent text-body outline-none"
          />
        </div>
      )}
      <div
        role="group"
        aria-label={t('people.title')}
        // Scrolled with the keyboard, too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 grow overflow-y-auto overscroll-contain px-5 pb-4 [scrollbar-width:thin] focus-visible:-outline-offset-2"
      >
        {found.length === 0 && (
          <p className="pt-8 text-center text-body text-muted">{t('people.none')}</p>
        )}
        <Group title={t('people.hands')} people={hands} />
        <Group title={t('people.hosts')} people={rest.filter((each) => each.host)} />
        <Group title={t('people.in')} people={rest.filter((each) => !each.host)} />
      </div>
      <div className="shrink-0 px-5 pt-2 pb-4">
        <Button
          kind="soft"
          className="w-full"
          icon={<Link2 size={18} aria-hidden="true" />}
          onClick={onCopyLink}
        >
          {t('people.invite')}
        </Button>
      </div>
    </Panel>
  );
}

function Group({ title, people }: { title: string; people: readonly PersonRow[] }) {
  if (people.length === 0) return null;
  return (
    <section className="pt-4">
      <h3 className="text-label font-semibold text-muted">
        {title}
        <span className="tabular ms-2 text-ink">{people.length}</span>
      </h3>
      <ul className="mt-1">
        {people.map((each) => (
          <Row key={each.id} person={each} />
        ))}
      </ul>
    </section>
  );
}

function Row({ person }: { person: PersonRow }) {
  const { t } = useTranslation();
  const notes = [
    person.host && t('people.host'),
    person.guest && t('people.guest'),
    person.sharing && t(person.host || person.guest ? 'people.sharingToo' : 'people.sharing'),
  ].filter((each) => each !== false);
  const heard = person.speaking && person.microphone;
  return (
    <li className="flex min-h-12 items-center gap-3">
      <Avatar id={person.id} name={person.name} size={32} />
      <div className="min-w-0 grow">
        <p className="flex gap-1.5 text-field">
          <span className="truncate font-medium" dir="auto">
            {person.name}
          </span>
          {person.self && <span className="shrink-0 text-muted">{t('meeting.you')}</span>}
        </p>
        {notes.length > 0 && <p className="text-small text-muted">{notes.join(', ')}</p>}
      </div>
      {person.sharing && <MonitorUp size={17} className="text-muted" aria-hidden="true" />}
      {person.hand > 0 && (
        <span className="tabular inline-flex size-6 items-center justify-center rounded-full bg-amber text-small font-bold text-on-amber">
          <span aria-hidden="true">{person.hand}</span>
          <span className="sr-only">{t('meeting.hand', { count: person.hand })}</span>
        </span>
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
    </li>
  );
}

// "kovac" finds "Kovač".
function matches(name: string, wanted: string): boolean {
  return plain(name).includes(plain(wanted.trim()));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
