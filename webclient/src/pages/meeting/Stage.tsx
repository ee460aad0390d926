import clsx from 'clsx';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { stage } from '../../layout';
import type { Mode, StageLayout } from '../../layout';
import { useSize } from '../../state/viewport';
import type { Frame } from '../../state/viewport';
import { NamePill } from '../../ui/Tile';
import { Placed } from '../../ui/Placed';
import { useCall } from './call';
import { InviteCard } from './InviteCard';
import { Arrows, Dots, useSwipe } from './Paging';
import type { Person } from './people';
import { PersonTile } from './PersonTile';
import { ShareTabs } from './ShareTabs';
import { ShareTile } from './ShareTile';
import { pageWishes } from './wishes';

export interface StageProps {
  code: string;
  title: string;
  mode: Mode;
  people: Person[];
  /** The last speaker, steady enough to move tiles for. */
  speaker: string | undefined;
  /** Kept large by ourselves, and by a host for all. */
  pinned: readonly string[];
  spotlight: readonly string[];
  frame: Frame;
  /** A sheet covers most of a phone. */
  squeezed: boolean;
  /** A panel covers a part of the picture, and the controls have the rest of its lower edge. */
  beside: boolean;
  frozen: boolean;
  page: number;
  pageSize: number;
  onPage: (page: number) => void;
  /** The layout has so many pages. */
  onPages: (pages: number) => void;
  onPeople: () => void;
  /** Says that we share, with the way to stop. */
  banner: ReactNode;
}

/** Lays the people out, and tells the engine which pictures are on the screen. */
export function Stage(props: StageProps) {
  const { t } = useTranslation();
  const { people, frame, squeezed, frozen, banner } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const [chosen, setChosen] = useState<string>();

  const sharers = people.filter((each) => each.sharing);
  // One's own screen alone is nothing to look at.
  const shared = sharers.some(({ self }) => !self) ? sharers : [];
  const first =
    shared.find(({ id }) => id === chosen) ?? shared.find(({ self }) => !self) ?? shared[0];
  const shares = first ? [first, ...shared.filter((each) => each !== first)] : [];

  const layout = stage({
    ...props,
    shares: shares.map(({ id }) => id),
    width,
    height,
  });
  useWishes(layout, people);
  const { onPages } = props;
  useEffect(() => onPages(layout.pages), [layout.pages, onPages]);

  const flat = frame === 'phone-landscape';
  const phone = frame === 'phone';
  const tabs = shares.length > 1 || (shares.length === 1 && !phone && !flat);
  const swipe = useSwipe((step) =>
    props.onPage(Math.min(layout.pages - 1, Math.max(0, layout.page + step))),
  );
  const byId = new Map(people.map((each) => [each.id, each]));
  const filling = layout.tiles.find(({ bleed }) => bleed);
  const full = filling && byId.get(filling.id);
  const row = (tabs || banner) && (
    <div
      className={clsx(
        '@container shrink-0',
        flat ? 'absolute inset-x-6 top-14 z-20' : phone ? 'pb-2' : 'pb-3',
      )}
    >
      <div
        className={clsx(
          'group/row flex min-h-10 gap-3',
          phone ? 'flex-col' : 'flex-col @3xl:flex-row @3xl:items-center',
          tabs ? '@3xl:justify-between' : 'items-end @3xl:justify-end',
        )}
      >
        {tabs && (
          <ShareTabs
            sharers={sharers}
            shown={layout.kind === 'grid' ? undefined : first?.id}
            onChoose={setChosen}
          />
        )}
        {banner}
      </div>
    </div>
  );
  return (
    <section
      aria-label={t(shares.length > 0 ? 'meeting.shareStage' : 'meeting.stage')}
      className={
        flat
          ? 'absolute inset-0'
          : 'relative flex min-h-0 min-w-0 grow flex-col p-2 pt-1 sm:p-4 sm:pt-3'
      }
    >
      {row}
      <div
        ref={box}
        className={clsx(
          // Places are counted from the side where one begins to read.
          // A finger that goes sideways turns our pages, not those of the browser.
          'relative touch-pan-y touch-pinch-zoom rtl:[--forward:-1]',
          flat ? 'size-full' : 'min-h-0 grow',
        )}
        {...swipe}
      >
        {width > 0 && height > 0 && (
          <>
            {layout.tiles.map((tile) => {
              const person = byId.get(tile.id);
              if (person === undefined) return null;
              return (
                <Placed key={`${tile.source} ${tile.id}`} rect={tile.rect}>
                  {tile.source === 'screen' ? (
                    <ShareTile person={person} frozen={frozen} />
                  ) : (
                    <PersonTile
                      person={person}
                      rect={tile.rect}
                      frozen={frozen}
                      bleed={tile.bleed}
                    />
                  )}
                </Placed>
              );
            })}
            {layout.invite && (
              <Placed rect={layout.invite}>
                <InviteCard code={props.code} title={props.title} />
              </Placed>
            )}
            {layout.more && (
              <Placed rect={layout.more}>
                <button
                  type="button"
                  onClick={props.onPeople}
                  className="size-full rounded-card bg-surface-2 text-body font-medium text-muted hover:bg-surface-3 hover:text-ink"
                >
                  {t('meeting.moreTiles', { count: layout.hidden })}
                </button>
              </Placed>
            )}
            {full && (
              <div
                className={clsx(
                  'absolute start-[max(1.5rem,env(safe-area-inset-left))] z-30 h-7 w-52',
                  props.beside ? 'top-14' : 'bottom-5',
                )}
              >
                <NamePill {...full} frozen={frozen} small={false} />
              </div>
            )}
            {layout.pages > 1 &&
              (phone ? (
                !squeezed && <Dots {...layout} onPage={props.onPage} />
              ) : (
                <Arrows {...layout} onPage={props.onPage} />
              ))}
          </>
        )}
      </div>
    </section>
  );
}

/** Tells after each drawing what is on the screen, and who is on the next page. */
function useWishes(layout: StageLayout, people: Person[]): void {
  const call = useCall();
  const said = useRef('');
  useEffect(() => {
    const { tiles, next } = pageWishes(layout, people, window.devicePixelRatio);
    const text = JSON.stringify([tiles, next]);
    if (text === said.current) return;
    said.current = text;
    call.setTiles(tiles, next);
  });
}
