import { useTranslation } from 'react-i18next';
import type { Meeting } from '../../api';
import { dateAndTime } from '../../state/dates';
import { MeetingMenu } from './MeetingMenu';
import { MeetingName, StartLink } from './MeetingName';

export function ReadyMeeting({ meeting }: { meeting: Meeting }) {
  const { t, i18n } = useTranslation();
  const created = new Date(meeting.createdAt ?? 0);
  const when = dateAndTime(created, new Date(), t, i18n.language);
  return (
    <li className="flex items-center gap-3 py-3.5 ps-5 pe-2 sm:ps-6 sm:pe-3">
      <div className="min-w-0 grow">
        <MeetingName meeting={meeting} />
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
        <StartLink meeting={meeting} />
        <MeetingMenu meeting={meeting} />
      </div>
    </li>
  );
}
