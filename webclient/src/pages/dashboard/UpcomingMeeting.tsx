import { useTranslation } from 'react-i18next';
import type { Meeting } from '../../api';
import { clock, durationText, untilText } from '../../state/dates';
import { repeatOf } from '../../state/schedule';
import { MeetingMenu } from './MeetingMenu';
import { MeetingName, StartLink } from './MeetingName';

// From a quarter of an hour before, coming in is what one wants.
const soon = 15 * 60_000;

/** A scheduled meeting: when by one's own clock, what, and the way in once it is near. */
export function UpcomingMeeting({ meeting, now }: { meeting: Meeting; now: Date }) {
  const { t, i18n } = useTranslation();
  const { schedule } = meeting;
  if (schedule === undefined) return null;
  const at = new Date(schedule.nextAt ?? schedule.startsAt);
  const { repeat } = repeatOf(schedule.recurrence);
  const about = [
    durationText(schedule.minutes, i18n.language),
    repeat !== 'never' && t(`schedule.repeated.${repeat}`),
    !meeting.isHost && t('dashboard.hostedBy', { name: meeting.hostName }),
    meeting.lobby && t('dashboard.withLobby'),
  ].filter((each) => each !== false);
  const near = at.getTime() - now.getTime() < soon;
  return (
    <li className="flex items-center gap-3 py-3.5 ps-5 pe-2 sm:gap-5 sm:ps-6 sm:pe-3">
      <div className="w-20 shrink-0 sm:w-32">
        <p className="tabular text-field font-semibold">{clock(at, i18n.language)}</p>
        <p className="mt-0.5 text-label text-muted">{untilText(at, now, t, i18n.language)}</p>
      </div>
      <div className="min-w-0 grow">
        <MeetingName meeting={meeting} />
        <p className="mt-0.5 truncate text-label text-muted">{about.join(t('dates.comma'))}</p>
      </div>
      <div className="flex shrink-0 items-center gap-1">
        {near && <StartLink meeting={meeting} />}
        <MeetingMenu meeting={meeting} />
      </div>
    </li>
  );
}
