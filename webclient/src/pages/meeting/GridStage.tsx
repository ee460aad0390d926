import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { page as pageOf, seat, tiles } from '../../layout';
import { TileGrid } from '../../ui/TileGrid';
import { InviteCard } from './InviteCard';
import type { Person } from './people';
import { PersonTile } from './PersonTile';
import { useWishes } from './Stage';
import type { StageView } from './Stage';
import { cameraWishes } from './wishes';

const invite = 'invite';
// With the stage's own padding: 40.
const arrowMargin = 24;
const dotsHeight = 20;

/** Everybody of this page in tiles as large as they can be. */
export function GridStage(props: StageView) {
  const { people, speaker, frame, squeezed, frozen, page, pages, pageSize, onPage } = props;
  const phone = frame === 'phone';
  const others = speaker !== undefined && people.some((each) => each.id === speaker);
  const ids = seat(
    pageOf(
      people.map((each) => each.id),
      page,
      pageSize,
    ),
    others ? speaker : undefined,
  );
  const shown = ids.flatMap((id) => people.find((each) => each.id === id) ?? []);
  const alone = people.length === 1 && people[0]?.self === true && !squeezed;
  const items: (Person | typeof invite)[] = alone ? [...shown, invite] : shown;

  const arrows = pages > 1 && !phone;
  const dots = pages > 1 && phone && !squeezed;
  const width = props.width - (arrows ? 2 * arrowMargin : 0);
  const height = props.height - (dots ? dotsHeight : 0);
  const gap = phone ? 8 : 12;
  // Squeezed by a sheet, two flat tiles stand side by side.
  const upright = phone && !squeezed;

  const { tileHeight } = tiles({ count: items.length, width, height, gap, phone: upright });
  useWishes(
    cameraWishes(
      shown.map((person) => ({ person, rect: { height: tileHeight } })),
      window.devicePixelRatio,
    ),
    props.onWishes,
  );

  const swipe = useSwipe((step) => onPage(Math.min(pages - 1, Math.max(0, page + step))));

  return (
    <div className="absolute inset-0" {...(phone ? swipe : {})}>
      <div className="absolute top-0 h-full" style={{ left: arrows ? arrowMargin : 0, width }}>
        <TileGrid
          items={items}
          width={width}
          height={height}
          gap={gap}
          phone={upright}
          keyOf={(item) => (item === invite ? invite : item.id)}
          draw={(item, rect) =>
            item === invite ? (
              <InviteCard code={props.code} />
            ) : (
              <PersonTile person={item} rect={rect} frozen={frozen} />
            )
          }
        />
      </div>
      {arrows && <Arrow step={-1} page={page} pages={pages} onPage={onPage} />}
      {arrows && <Arrow step={1} page={page} pages={pages} onPage={onPage} />}
      {dots && <Dots page={page} pages={pages} onPage={onPage} />}
    </div>
  );
}

function Arrow({
  step,
  page,
  pages,
  onPage,
}: {
  step: 1 | -1;
  page: number;
  pages: number;
  onPage: (page: number) => void;
}) {
  const next = page + step;
  if (next < 0 || next >= pages) return null;
  return (
    <button
      type="button"
      // The same as the pager above it, nearer to the mouse.
      aria-hidden="true"
      tabIndex={-1}
      onClick={() => onPage(next)}
      className={`absolute top-1/2 inline-flex h-18 w-8 -translate-y-1/2 items-center justify-center rounded-full bg-surface-2 hover:bg-surface-3 ${
        step === 1 ? '-right-3' : '-left-3'
      }`}
    >
      {step === 1 ? <ChevronRight size={20} /> : <ChevronLeft size={20} />}
    </button>
  );
}

function Dots({
  page,
  pages,
  onPage,
}: {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="absolute inset-x-0 -bottom-1 flex justify-center">
      {Array.from({ length: pages }, (_, i) => (
        <button
          key={i}
          type="button"
          aria-label={t('meeting.page', { page: i + 1, pages })}
          aria-current={i === page ? 'page' : undefined}
          onClick={() => onPage(i)}
          className="inline-flex h-6 min-w-6 items-center justify-center"
        >
          <span
            className={
              i === page ? 'h-1.5 w-4.5 rounded-full bg-ink' : 'size-1.5 rounded-full bg-edge'
            }
          />
        </button>
      ))}
    </div>
  );
}

function useSwipe(go: (step: 1 | -1) => void) {
  const from = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: (event: React.TouchEvent) => {
      const touch = event.touches[0];
      from.current = touch ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchEnd: (event: React.TouchEvent) => {
      const touch = event.changedTouches[0];
      if (from.current === null || touch === undefined) return;
      const dx = touch.clientX - from.current.x;
      const dy = touch.clientY - from.current.y;
      from.current = null;
      if (Math.abs(dx) > 48 && Math.abs(dx) > 2 * Math.abs(dy)) go(dx < 0 ? 1 : -1);
    },
  };
}
