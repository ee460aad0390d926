import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Meeting } from '../../api';
import { buttonClass } from '../../ui/Button';
import { MeetingMenu } from './MeetingMenu';

export function LiveMeeting({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  const people = t('dashboard.people', { count: meeting.participantCount ?? 0 });
  const host = meeting.isHost
    ? t('dashboard.ownMeeting')
    : t('dashboard.hostedBy', { name: meeting.hostName });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-card border border-hairline bg-surface-1 py-5 ps-5 pe-3">
      <span
        className="inline-flex size-5 shrink-0 items-center justify-center rounded-full bg-green-fill"
        aria-hidden="true"
      >
        <span className="size-2.5 rounded-full bg-green" />
      </span>
      <div className="min-w-0 grow basis-48">
        <h3 className="truncate aligned text-dialog font-semibold" dir="auto">
          {meeting.title}
        </h3>
        <p className="text-body text-muted">
          {host}. {people}.
        </p>
      </div>
      <div className="flex grow items-center gap-1 sm:grow-0">
        <Link
          to={`/m/${meeting.code}`}
          aria-label={t('dashboard.joinNamed', { title: meeting.title })}
          className={clsx(buttonClass('ink', 'medium'), 'grow')}
        >
          {t('dashboard.join')}
        </Link>
        <MeetingMenu meeting={meeting} />
      </div>
    </li>
  );
}
