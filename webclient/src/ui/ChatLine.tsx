import { CircleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ChatEntry } from '../call';
import { clock } from '../state/dates';
import { Avatar } from './Avatar';
import { MessageText } from './MessageText';
import { Spinner } from './Spinner';

/** One message: who, when, what; and whether it has gone out. */
export function ChatLine({
  entry,
  onRetry,
}: {
  entry: ChatEntry;
  onRetry: (clientId: string) => void;
}) {
  const { t, i18n } = useTranslation();
  return (
    <div className="flex gap-3">
      <Avatar id={entry.sender} name={entry.name} size={32} className="mt-0.5" />
      <div className="min-w-0 grow">
        <p className="flex items-baseline gap-2">
          <span className="truncate text-field font-semibold" dir="auto">
            {entry.name}
          </span>
          {entry.own && <span className="text-label text-muted">{t('meeting.you')}</span>}
          <time dateTime={entry.sentAt} className="tabular shrink-0 text-label text-muted">
            {clock(new Date(entry.sentAt), i18n.language)}
          </time>
        </p>
        <MessageText text={entry.text} />
        {entry.status === 'sending' && (
          <p className="mt-1 flex items-center gap-1.5 text-label text-muted">
            <Spinner size={14} />
            {t('chat.sending')}
          </p>
        )}
        {entry.status === 'failed' && (
          <p role="alert" className="mt-1 flex items-center gap-1.5 text-label text-off-sign">
            <CircleAlert size={15} aria-hidden="true" />
            {t('chat.failed')}
            <button
              type="button"
              onClick={() => onRetry(entry.clientId)}
              className="-my-1.5 min-h-8 rounded-chip px-1.5 font-medium text-link hover:underline"
            >
              {t('chat.retry')}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}
