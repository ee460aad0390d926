import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

export interface Paged {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

/** To the pages before and after, beside the tiles. */
export function Arrows(props: Paged) {
  return (
    <>
      <Arrow {...props} step={-1} />
      <Arrow {...props} step={1} />
    </>
  );
}

function Arrow({ step, page, pages, onPage }: Paged & { step: 1 | -1 }) {
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
        step === 1 ? '-end-3' : '-start-3'
      }`}
    >
      {step === 1 ? (
        <ChevronRight size={20} className="rtl:-scale-x-100" />
      ) : (
        <ChevronLeft size={20} className="rtl:-scale-x-100" />
      )}
    </button>
  );
}

// As many as have room side by side.
const mostDots = 12;

/** The pages of a phone. */
export function Dots({ page, pages, onPage }: Paged) {
  const { t } = useTranslation();
  if (pages > mostDots) return <Count page={page} pages={pages} onPage={onPage} />;
  return (
    <div className="absolute inset-x-0 -bottom-1 flex justify-center">
      {Array.from({ length: pages }, (_, i) => (
        <button
          key={i}
          type="button"
          data-bare
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

function Count({ page, pages, onPage }: Paged) {
  const { t } = useTranslation();
  const look =
    'inline-flex h-6 w-11 items-center justify-center rounded-full hover:bg-surface-2 aria-disabled:opacity-40';
  return (
    <div className="absolute inset-x-0 -bottom-1.5 flex items-center justify-center gap-2 text-small font-medium">
      <button
        type="button"
        data-bare
        aria-label={t('meeting.previous')}
        aria-disabled={page === 0}
        onClick={() => page > 0 && onPage(page - 1)}
        className={look}
      >
        <ChevronLeft size={18} aria-hidden="true" className="rtl:-scale-x-100" />
      </button>
      <span className="tabular" aria-hidden="true">
        {t('meeting.pageShort', { page: page + 1, pages })}
      </span>
      <span className="sr-only">{t('meeting.page', { page: page + 1, pages })}</span>
      <button
        type="button"
        data-bare
        aria-label={t('meeting.next')}
        aria-disabled={page === pages - 1}
        onClick={() => page < pages - 1 && onPage(page + 1)}
        className={look}
      >
        <ChevronRight size={18} aria-hidden="true" className="rtl:-scale-x-100" />
      </button>
    </div>
  );
}

/** A finger that goes sideways turns the page. */
export function useSwipe(go: (step: 1 | -1) => void) {
  const from = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: (event: React.TouchEvent) => {
      const touch = event.touches[0];
      // Two fingers make something larger.
      const alone = touch && event.touches.length === 1;
      from.current = alone ? { x: touch.clientX, y: touch.clientY } : null;
    },
    onTouchEnd: (event: React.TouchEvent) => {
      const touch = event.changedTouches[0];
      if (from.current === null || touch === undefined) return;
      const dx = touch.clientX - from.current.x;
      const dy = touch.clientY - from.current.y;
      from.current = null;
      if (Math.abs(dx) <= 48 || Math.abs(dx) <= 2 * Math.abs(dy)) return;
      const forward = document.documentElement.dir === 'rtl' ? dx > 0 : dx < 0;
      go(forward ? 1 : -1);
    },
  };
}
