import { History, RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Meeting } from '../../api';
import { dayOf } from '../../state/dates';
import { Button } from '../../ui/Button';

export function PastMeetings({
  meetings,
  more,
  busy,
  onMore,
}: {
  meetings: Meeting[];
  more: boolean;
  busy: boolean;
  onMore: () => void;
}) {
  const { t, i18n } = useTranslation();
  const now = new Date();
  const about = (each: Meeting) => {
    const host = each.isHost
      ? t('dashboard.ownMeeting')
      : t('dashboard.hostedBy', { name: each.hostName });
    const count = each.participantCount ?? 0;
    return count > 0 ? t('dashboard.pastPeople', { host, count }) : host;
  };
  return (
    <section aria-labelledby="past" className="min-w-0">
      <h2 id="past" className="text-panel font-semibold">
        {t('dashboard.past')}
      </h2>
      {meetings.length === 0 ? (
        <p className="mt-3 text-body text-muted">{t('dashboard.pastEmpty')}</p>
      ) : (
        <ul className="mt-3 rounded-card border border-hairline bg-surface-1 px-5">
          {meetings.map((each) => (
            <li key={each.code} className="border-hairline py-4 not-first:border-t">
              <div className="flex items-baseline justify-between gap-3">
                <h3 className="truncate aligned text-body font-semibold" dir="auto">
                  {each.title}
                </h3>
                <span className="shrink-0 text-label text-muted first-letter:uppercase">
                  {dayOf(lastOf(each), now, t, i18n.language)}
                </span>
              </div>
              <p className="mt-0.5 truncate text-label text-muted">{about(each)}</p>
              <div className="mt-1.5 -mb-1 flex flex-wrap gap-x-5">
                <Link
                  to={`/meetings/${each.code}`}
                  aria-label={t('dashboard.historyNamed', { title: each.title })}
                  className={wayOn}
                >
                  <History size={16} aria-hidden="true" />
                  {t('dashboard.history')}
                </Link>
                <Link
                  to={`/m/${each.code}`}
                  aria-label={t('dashboard.joinNamed', { title: each.title })}
                  className={wayOn}
                >
                  <RotateCcw size={16} aria-hidden="true" />
                  {t('dashboard.again')}
                </Link>
              </div>
            </li>
          ))}
        </ul>
      )}
      {more && (
        <Button kind="soft" size="medium" busy={busy} onClick={onMore} className="mt-4">
          {t('dashboard.more')}
        </Button>
      )}
    </section>
  );
}

const wayOn =
  'inline-flex min-h-8 items-center gap-1.5 text-label font-medium text-link no-underline hover:underline';

function lastOf({ endedAt, lastHeldAt, schedule, createdAt }: Meeting): Date {
  return new Date(endedAt ?? lastHeldAt ?? schedule?.startsAt ?? createdAt ?? 0);
}
