import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Meeting } from '../../api';
import { buttonClass } from '../../ui/Button';
import { Tag } from '../../ui/Tag';

/** A meeting's title, which leads to all about it, and whether one is invited. */
export function MeetingName({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  return (
    <h3 className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-field font-semibold">
      <Link
        to={`/meetings/${meeting.code}`}
        dir="auto"
        className="truncate text-ink no-underline hover:underline"
      >
        {meeting.title}
      </Link>
      {meeting.status === 'INVITED' && <Tag>{t('dashboard.invited')}</Tag>}
    </h3>
  );
}

/** The way to a meeting's door: its host starts it, others join. */
export function StartLink({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  const { code, title, isHost } = meeting;
  return (
    <Link
      to={`/m/${code}`}
      aria-label={t(isHost ? 'dashboard.startNamed' : 'dashboard.joinNamed', { title })}
      className={buttonClass('soft', 'medium')}
    >
      {t(isHost ? 'dashboard.start' : 'dashboard.join')}
    </Link>
  );
}
