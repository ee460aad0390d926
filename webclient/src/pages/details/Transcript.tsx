import { useTranslation } from 'react-i18next';
import type { Message } from '../../api';
import { clock } from '../../state/dates';
import { useTranscript } from '../../state/history';
import { problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { MessageText } from '../../ui/MessageText';
import { Notice } from '../../ui/Notice';
import { Card } from '../../ui/Section';

/** The chat of one occurrence, to read. */
export function Transcript({ code, id }: { code: string; id: string }) {
  const { t } = useTranslation();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useTranscript(code, id);
  if (error) return <Notice>{problemText(t, error)}</Notice>;
  if (data === undefined) return null;
  if (data.length === 0) return <p className="text-body text-muted">{t('history.noMessages')}</p>;
  return (
    <Card>
      {hasNextPage && (
        <Button
          kind="soft"
          className="mb-5"
          busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('chat.older')}
        </Button>
      )}
      <ol className="flex flex-col gap-4">
        {data.map((each) => (
          <Line key={each.number} message={each} />
        ))}
      </ol>
    </Card>
  );
}

function Line({ message }: { message: Message }) {
  const { t, i18n } = useTranslation();
  return (
    <li>
      <p className="flex flex-wrap items-baseline gap-x-2 text-label text-muted">
        <bdi className="text-body font-semibold text-ink">{message.senderName}</bdi>
        <time dateTime={message.sentAt} className="tabular">
          {clock(new Date(message.sentAt), i18n.language)}
        </time>
        {message.private && (
          <span>
            {message.recipientName
              ? t('history.privateTo', { name: message.recipientName })
              : t('history.private')}
          </span>
        )}
        {message.editedAt && !message.deleted && <span>{t('history.edited')}</span>}
      </p>
      <div className="mt-0.5 text-body break-words whitespace-pre-wrap" dir="auto">
        {message.deleted ? (
          <span className="text-muted">{t('history.deleted')}</span>
        ) : (
          <MessageText text={message.text} />
        )}
      </div>
    </li>
  );
}
