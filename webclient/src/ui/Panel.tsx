import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** What stands beside the stage, or over its lower part on a phone. One at a time. */
export function Panel({
  title,
  count,
  sheet,
  onClose,
  children,
}: {
  title: string;
  count?: number;
  sheet: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const panel = useRef<HTMLElement>(null);

  // Focus moves in, and returns to the button that opened it.
  useEffect(() => {
    const before = document.activeElement;
    // Sliding in from outside, it would scroll the whole room along.
    panel.current?.focus({ preventScroll: true });
    return () => {
      const lost = document.activeElement === document.body || document.activeElement === null;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    // Escape closes it from anywhere inside.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={panel}
      aria-label={title}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
      className={`flex min-h-0 flex-col bg-surface-1 text-ink outline-none ${
        sheet ? 'animate-sheet-in rounded-t-tile' : 'animate-slide-in rounded-tile'
      }`}
    >
      {sheet && (
        <span aria-hidden="true" className="mx-auto mt-2 h-1 w-9 shrink-0 rounded-full bg-edge" />
      )}
      <header className="flex shrink-0 items-center justify-between gap-3 py-2 ps-5 pe-2">
        <h2 className="text-panel font-semibold">
          {title}
          {count !== undefined && (
            <span className="tabular ms-2 font-medium text-muted">{count}</span>
          )}
        </h2>
        <button
          type="button"
          aria-label={t('meeting.close', { panel: title })}
          onClick={onClose}
          className="inline-flex size-11 items-center justify-center rounded-full text-muted hover:bg-surface-2 hover:text-ink"
        >
          <X size={20} />
        </button>
      </header>
      {children}
    </aside>
  );
}
