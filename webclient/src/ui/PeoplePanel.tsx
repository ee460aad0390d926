import clsx from 'clsx';
import { Link2, Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Panel } from './Panel';
import { PersonLine } from './PersonLine';
import type { PersonRow } from './PersonLine';
import { matches } from './matches';
import { inView } from './virtual';
import { WaitingBox } from './WaitingBox';
import type { WaitingProps } from './WaitingBox';

export type PeopleFilter = 'all' | 'muted' | 'camera' | 'weak';

const filters: readonly PeopleFilter[] = ['all', 'muted', 'camera', 'weak'];

export interface PeoplePanelProps {
  people: readonly PersonRow[];
  /** For hosts and co-hosts: who waits. */
  lobby: WaitingProps | undefined;
  /** For hosts and co-hosts: the queue of hands. */
  hands: { callNext: () => void; lowerAll: () => void } | undefined;
  sheet: boolean;
  /** What can be done with somebody. */
  menu: (person: PersonRow) => ReactNode;
  onCopyLink: () => void;
  onClose: () => void;
}

// Below this everybody is in view anyway.
const searchFrom = 8;
const rowHeight = 48;
const headHeight = 44;

/** Who is here: those waiting, hands in their order, hosts, then the others. */
export function PeoplePanel(props: PeoplePanelProps) {
  const { t } = useTranslation();
  const { people, hands } = props;
  const [wanted, setWanted] = useState('');
  const [filter, setFilter] = useState<PeopleFilter>('all');
  const { list, top, room } = useScroll();
  const found = people.filter((each) => matches(each.name, wanted) && passes(each, filter));
  const sections: Section[] = [
    {
      title: t('people.hands'),
      people: found.filter((each) => each.hand > 0).sort((a, b) => a.hand - b.hand),
      actions: hands && (
        <>
          <HeadAction onClick={hands.callNext}>{t('people.callNext')}</HeadAction>
          <HeadAction onClick={hands.lowerAll}>{t('people.lowerAll')}</HeadAction>
        </>
      ),
    },
    {
      title: t('people.hosts'),
      people: found.filter((each) => each.hand === 0 && each.role !== 'PARTICIPANT'),
    },
    {
      title: t('people.in'),
      people: found.filter((each) => each.hand === 0 && each.role === 'PARTICIPANT'),
    },
  ].filter((each) => each.people.length > 0);
  const tops = sections.map((_, i) =>
    sections
      .slice(0, i)
      .reduce((sum, each) => sum + headHeight + each.people.length * rowHeight, 0),
  );

  return (
    <Panel
      title={t('people.title')}
      count={people.length}
      sheet={props.sheet}
      onClose={props.onClose}
    >
      {people.length >= searchFrom && (
        <div className="grid shrink-0 gap-2 px-3 pb-2">
          <div className="flex h-11 items-center gap-2.5 rounded-full border border-edge bg-surface-2 px-4 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
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
          <div
            role="group"
            aria-label={t('people.filter')}
            className="flex gap-1.5 overflow-x-auto p-0.5 flat:hidden"
          >
            {filters.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={filter === each}
                onClick={() => setFilter(each)}
                className={clsx(
                  'h-8 shrink-0 rounded-full px-3 text-label font-medium focus-visible:-outline-offset-2',
                  filter === each ? 'bg-active text-on-active' : 'bg-surface-2 hover:bg-surface-3',
                )}
              >
                {t(`people.filters.${each}`)}
              </button>
            ))}
          </div>
        </div>
      )}
      {props.lobby && props.lobby.waiting.length > 0 && <WaitingBox {...props.lobby} />}
      <div
        ref={list}
        role="group"
        aria-label={t('people.title')}
        // Scrolled with the keyboard, too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 grow overflow-y-auto overscroll-contain px-5 pb-4 [scrollbar-width:thin] focus-visible:-outline-offset-2"
      >
        {found.length === 0 && (
          <p className="pt-8 text-center text-body text-muted">
            {t(wanted.trim() === '' ? 'people.noneSuch' : 'people.none')}
          </p>
        )}
        {sections.map((each, i) => (
          <SectionList
            key={each.title}
            section={each}
            top={(tops[i] ?? 0) + headHeight - top}
            room={room}
            menu={props.menu}
          />
        ))}
      </div>
      <div className="shrink-0 px-5 pt-2 pb-4 flat:hidden">
        <Button
          kind="soft"
          className="w-full"
          icon={<Link2 size={18} aria-hidden="true" />}
          onClick={props.onCopyLink}
        >
          {t('people.invite')}
        </Button>
      </div>
    </Panel>
  );
}

interface Section {
  title: string;
  people: readonly PersonRow[];
  actions?: ReactNode;
}

/** One heading and those under it; only who is in view is drawn. */
function SectionList({
  section,
  top,
  room,
  menu,
}: {
  section: Section;
  top: number;
  room: number;
  menu: (person: PersonRow) => ReactNode;
}) {
  const { title, people, actions } = section;
  const { from, to } = inView(people.length, rowHeight, top, room);
  return (
    <section>
      <div className="flex items-end justify-between gap-2" style={{ height: headHeight }}>
        <h3 className="pb-1 text-label font-semibold text-muted">
          {title} <span className="tabular ms-1 text-ink">{people.length}</span>
        </h3>
        {actions && <div className="flex gap-1">{actions}</div>}
      </div>
      <ul
        style={{
          paddingTop: from * rowHeight,
          paddingBottom: (people.length - to) * rowHeight,
        }}
      >
        {people.slice(from, to).map((each, i) => (
          <PersonLine
            key={each.id}
            person={each}
            place={from + i + 1}
            of={people.length}
            menu={menu(each)}
          />
        ))}
      </ul>
    </section>
  );
}

function HeadAction({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="min-h-8 rounded-full px-2 text-label font-medium text-link hover:underline"
    >
      {children}
    </button>
  );
}

function useScroll() {
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, room: 800 });
  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const look = () => setView({ top: box.scrollTop, room: box.clientHeight || 800 });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    box.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', look);
    };
  }, []);
  return { list, ...view };
}

function passes(person: PersonRow, filter: PeopleFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'muted':
      return !person.microphone;
    case 'camera':
      return person.camera;
    case 'weak':
      return person.weak;
  }
}
