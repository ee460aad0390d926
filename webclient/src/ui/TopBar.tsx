import clsx from 'clsx';
import { ChevronLeft, ChevronRight, Leaf, Lock, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { BrandMark } from './BrandMark';
import { LayoutMenu } from './LayoutMenu';
import type { LayoutMenuProps } from './LayoutMenu';
import { NetworkChip } from './NetworkChip';
import type { Network } from './NetworkChip';

export interface TopBarProps {
  title: string;
  network: Network;
  /** The panel about it is open. */
  connectionOpen: boolean;
  onConnection: () => void;
  /** What is saved on at the moment, and how to stop it. */
  saving: { text: string; label: string; stop: () => void } | undefined;
  /** Nobody has moved for a while; focus inside brings it back. */
  faded: boolean;
  page: number;
  pages: number;
  onPage: (page: number) => void;
  locked: boolean;
  layout: Omit<LayoutMenuProps, 'compact'>;
  /** Phones: no pager, the network only when it is not good. */
  compact: boolean;
  /** Lies over the picture. */
  over: boolean;
}

export function TopBar(props: TopBarProps) {
  const { t } = useTranslation();
  const { title, network, compact, over } = props;
  return (
    <header
      className={clsx(
        'z-20 grid shrink-0 grid-cols-[minmax(0,1fr)_auto_minmax(0,auto)] items-center gap-3 px-3 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] sm:px-4',
        over
          ? 'absolute inset-x-0 top-0 h-16 bg-linear-to-b from-black/70 to-transparent ps-[max(1.5rem,env(safe-area-inset-left))] pe-[max(1.5rem,env(safe-area-inset-right))]'
          : 'h-12',
        'transition-opacity duration-200 focus-within:opacity-100',
        props.faded && 'opacity-0',
      )}
    >
      <div className="flex min-w-0 items-center gap-2.5">
        <BrandMark size={24} className="text-ink" />
        <h1 className="truncate text-field font-semibold" dir="auto">
          {title}
        </h1>
        {props.locked && (
          <Lock size={16} className="text-muted" role="img" aria-label={t('meeting.locked')} />
        )}
      </div>
      {props.pages > 1 && !compact ? <Pager {...props} /> : <span />}
      <div className="flex items-center justify-end gap-4">
        {props.saving && (
          <button
            type="button"
            aria-label={props.saving.label}
            onClick={props.saving.stop}
            className="inline-flex h-8 min-w-0 items-center gap-2 rounded-full bg-surface-2 px-3 text-body font-medium hover:bg-surface-3"
          >
            <Leaf size={16} aria-hidden="true" />
            <span className="truncate">{props.saving.text}</span>
            <X size={15} className="text-muted" aria-hidden="true" />
          </button>
        )}
        {(!compact || over || network !== 'good') && (
          <NetworkChip network={network} open={props.connectionOpen} onOpen={props.onConnection} />
        )}
        <LayoutMenu {...props.layout} compact={compact} />
      </div>
    </header>
  );
}

function Pager({ page, pages, onPage }: TopBarProps) {
  const { t } = useTranslation();
  const step =
    'inline-flex size-9 items-center justify-center rounded-full hover:bg-surface-3 disabled:text-muted disabled:opacity-50';
  return (
    <nav
      aria-label={t('meeting.page', { page: page + 1, pages })}
      className="flex items-center rounded-full bg-surface-2"
    >
      <button
        type="button"
        aria-label={t('meeting.previous')}
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
        className={step}
      >
        <ChevronLeft size={18} className="rtl:-scale-x-100" />
      </button>
      <span className="tabular min-w-12 text-center text-body font-medium" aria-hidden="true">
        {t('meeting.pageShort', { page: page + 1, pages })}
      </span>
      <button
        type="button"
        aria-label={t('meeting.next')}
        disabled={page === pages - 1}
        onClick={() => onPage(page + 1)}
        className={step}
      >
        <ChevronRight size={18} className="rtl:-scale-x-100" />
      </button>
    </nav>
  );
}
