import { useTranslation } from 'react-i18next';

/** The shape of the list while it loads, so that nothing jumps when it comes. */
export function MeetingSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" className="mt-9">
      <span className="sr-only">{t('loading')}</span>
      <div className="divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
        {[0, 1, 2].map((i) => (
          <div key={i} className="flex items-center justify-between px-6 py-4.5">
            <div>
              <div className="h-4 w-44 rounded-full bg-surface-2" />
              <div className="mt-2.5 h-3 w-28 rounded-full bg-surface-2" />
            </div>
            <div className="h-10 w-20 rounded-full bg-surface-2" />
          </div>
        ))}
      </div>
    </div>
  );
}
