import clsx from 'clsx';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Spinner } from './Spinner';

// After this the first hope is gone, and there is something to do.
const longAfter = 12_000;

/** Takes the place of the top bar while the connection is away; nothing else moves. */
export function Strip({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longAfter);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div
      role="status"
      className="z-20 flex h-12 shrink-0 items-center justify-center gap-3 bg-amber-fill px-4 text-body text-amber-second"
    >
      <span className="text-amber">
        <Spinner />
      </span>
      <span className={clsx('font-semibold text-amber-text', long && 'hidden sm:inline')}>
        {t('meeting.reconnecting')}
      </span>
      <span className={clsx('min-w-0', long ? 'text-label/4 sm:text-body' : 'hidden sm:inline')}>
        {t(long ? 'meeting.reconnectingLong' : 'meeting.reconnectingText')}
      </span>
      <button
        type="button"
        onClick={onRetry}
        className="min-h-8 shrink-0 rounded-full bg-amber px-4 font-semibold text-on-amber hover:bg-amber-hover"
      >
        {t('meeting.tryNow')}
      </button>
    </div>
  );
}
