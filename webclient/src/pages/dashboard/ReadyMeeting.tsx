import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Meeting } from '../../api';
import { dateAndTime } from '../../state/dates';
import { Tag } from '../../ui/Tag';
import { buttonClass } from '../../ui/Button';
import { MeetingMenu } from './MeetingMenu';

export function ReadyMeeting({ meeting }: { meeting: Meeting }) {
  const { t, i18n } = useTranslation();
  const created = new Date(meeting.createdAt ?? 0);
  const when = dateAndTime(created, new Date(), t, i18n.language);
  return (
    <li className="flex items-center gap-3 py-3.5 ps-5 pe-2 sm:ps-6 sm:pe-3">
      <div className="min-w-0 grow">
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
        <p className="mt-0.5 truncate text-label text-muted tabular">
          {meeting.isHost
            ? t('dashboard.created', { when })
            : t('dashboard.hostedBy', { name: meeting.hostName })}
          <span className="hidden sm:inline">
            <span aria-hidden="true" className="mx-2 text-edge">
              {'·'}
            </span>
            <bdi>{meeting.code}</bdi>
          </span>
        </p>
      </div>
      <div className="flex shrink-0 items-center gap-1">
        <Link
          to={`/m/${meeting.code}`}
          aria-label={t(meeting.isHost ? 'dashboard.startNamed' : 'dashboard.joinNamed', {
            title: meeting.title,
          })}
          className={buttonClass('soft', 'medium')}
        >
          {t(meeting.isHost ? 'dashboard.start' : 'dashboard.join')}
        </Link>
        <MeetingMenu meeting={meeting} />
      </div>
    </li>
  );
}
