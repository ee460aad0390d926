import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Occurrence } from '../../api';
import { dateAndTime, durationText } from '../../state/dates';
import { useOccurrences } from '../../state/history';
import { isCode, problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Section } from '../../ui/Section';

/** The times that the meeting took place. */
export function History({ code }: { code: string }) {
  const { t } = useTranslation();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useOccurrences(code);
  // Who was never in has no history of it.
  if (isPending || isCode(error, 'not_found')) return null;
  return (
    <Section title={t('history.title')}>
      {error && <Notice>{problemText(t, error)}</Notice>}
      {data && data.length === 0 && <p className="text-body text-muted">{t('history.none')}</p>}
      {data && data.length > 0 && (
        <ul className="divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
          {data.map((each) => (
            <Row key={each.id} code={code} occurrence={each} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button
          kind="soft"
          className="mt-4"
          busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('history.more')}
        </Button>
      )}
    </Section>
  );
}

function Row({ code, occurrence }: { code: string; occurrence: Occurrence }) {
  const { t, i18n } = useTranslation();
  const { id, startedAt, endedAt, people, messages } = occurrence;
  const start = new Date(startedAt);
  const when = dateAndTime(start, new Date(), t, i18n.language);
  const minutes = endedAt && (new Date(endedAt).getTime() - start.getTime()) / 60_000;
  const about = [
    minutes === undefined || minutes === ''
      ? t('history.goesOn')
      : durationText(Math.max(1, minutes), i18n.language),
    t('history.people', { count: people }),
    messages > 0 && t('history.messages', { count: messages }),
  ].filter((each) => each !== false);
  return (
    <li>
      <Link
        to={`/meetings/${code}/${id}`}
        className="block px-5 py-3.5 text-ink no-underline hover:bg-surface-2"
      >
        <span className="block text-field font-medium first-letter:uppercase">{when}</span>
        <span className="mt-0.5 block text-label text-muted">{about.join(t('dates.comma'))}</span>
      </Link>
    </li>
  );
}
