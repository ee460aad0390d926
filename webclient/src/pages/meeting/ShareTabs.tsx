import clsx from 'clsx';
import { MonitorUp, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Person } from './people';

/** The screens that are shared; pressed, one of them is looked at. */
export function ShareTabs({
  sharers,
  shown,
  onChoose,
}: {
  sharers: readonly Person[];
  shown: string | undefined;
  onChoose: (id: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t('meeting.shareStage')}
      data-tabs
      className="flex min-w-0 gap-2 overflow-x-auto rounded-full [scrollbar-width:none]"
    >
      {sharers.map((each) => (
        <button
          key={each.id}
          type="button"
          aria-pressed={each.id === shown}
          onClick={() => onChoose(each.id)}
          className={clsx(
            'inline-flex h-10 max-w-64 shrink-0 items-center gap-2.5 rounded-full px-4 text-body font-medium focus-visible:-outline-offset-2',
            each.id === shown ? 'bg-surface-3 text-ink' : 'text-muted hover:bg-surface-2',
          )}
        >
          <MonitorUp size={18} aria-hidden="true" />
          <span className="truncate" dir="auto">
            {each.self ? t('meeting.ownShare') : t('meeting.shareOf', { name: each.name })}
          </span>
          {each.shareSound && (
            <>
              <Volume2 size={17} aria-hidden="true" />
              <span className="sr-only">{t('meeting.withSound')}</span>
            </>
          )}
        </button>
      ))}
    </div>
  );
}
