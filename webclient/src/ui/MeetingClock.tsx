import { Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../state/dates';
import { Tip } from './Tip';

/** The time of day, and the meeting's code to copy. */
export function MeetingClock({ code, onCopy }: { code: string; onCopy: () => void }) {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="flex min-w-0 items-center gap-3">
      <time className="tabular text-field font-medium">{clock(now, i18n.language)}</time>
      <span aria-hidden="true" className="h-4 w-px bg-edge opacity-50" />
      <Tip text={t('meeting.copyCode')}>
        <button
          type="button"
          aria-label={t('meeting.copyCode')}
          onClick={onCopy}
          className="tabular -mx-3 inline-flex min-h-11 min-w-0 items-center gap-2.5 rounded-full px-3 text-field text-muted hover:text-ink"
        >
          <span className="truncate">{code}</span>
          <Copy size={16} aria-hidden="true" />
        </button>
      </Tip>
    </div>
  );
}
