import { CalendarPlus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meeting } from '../../api';
import { clock, durationText, longDate } from '../../state/dates';
import { download, fileName } from '../../state/download';
import { problemText } from '../../state/problem';
import { ownTimeZone, repeatOf } from '../../state/schedule';
import { useApi } from '../../state/session';
import { Button } from '../../ui/Button';
import { Card, Section } from '../../ui/Section';
import { useToast } from '../../ui/Toast';
import { ChangeTime } from './ChangeTime';

/** When the meeting takes place, by one's own clock and by that of the meeting. */
export function When({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  const toast = useToast();
  const api = useApi();
  const [changing, setChanging] = useState(false);
  const { schedule } = meeting;

  async function calendar() {
    try {
      download(await api.hosting.calendarFile(meeting.code), fileName(meeting.title, 'plenum.ics'));
    } catch (error) {
      toast(problemText(t, error));
    }
  }

  if (schedule === undefined && !meeting.isHost) return null;
  return (
    <Section title={t('details.when')}>
      <Card className="flex flex-wrap items-center justify-between gap-x-6 gap-y-4">
        <div className="min-w-0 grow basis-64">
          {schedule === undefined ? (
            <p className="text-body text-muted">{t('details.noTime')}</p>
          ) : (
            <Times schedule={schedule} />
          )}
        </div>
        <div className="flex flex-wrap gap-3">
          {schedule && (
            <Button
              kind="soft"
              icon={<CalendarPlus size={17} aria-hidden="true" />}
              onClick={() => void calendar()}
            >
              {t('details.calendar')}
            </Button>
          )}
          {meeting.isHost && (
            <Button kind="outline" onClick={() => setChanging(true)}>
              {t(schedule ? 'details.changeTime' : 'details.setTime')}
            </Button>
          )}
        </div>
      </Card>
      {changing && <ChangeTime meeting={meeting} onClose={() => setChanging(false)} />}
    </Section>
  );
}

function Times({ schedule }: { schedule: NonNullable<Meeting['schedule']> }) {
  const { t, i18n } = useTranslation();
  const at = new Date(schedule.nextAt ?? schedule.startsAt);
  const { repeat, times } = repeatOf(schedule.recurrence);
  const end = new Date(at.getTime() + schedule.minutes * 60_000);
  const elsewhere = schedule.timeZone !== ownTimeZone();
  return (
    <>
      <p className="text-field font-semibold">
        {t('details.from', {
          date: longDate(at, i18n.language),
          start: clock(at, i18n.language),
          end: clock(end, i18n.language),
        })}
      </p>
      <p className="mt-0.5 text-label text-muted">
        {durationText(schedule.minutes, i18n.language)}
        {repeat !== 'never' && `${t('dates.comma')}${t(`schedule.repeated.${repeat}`)}`}
        {times !== undefined && `${t('dates.comma')}${t('schedule.times', { count: times })}`}
      </p>
      {elsewhere && (
        <p className="mt-0.5 text-label text-muted">
          {t('details.there', {
            zone: schedule.timeZone.replaceAll('_', ' '),
            time: clock(at, i18n.language, schedule.timeZone),
          })}
        </p>
      )}
    </>
  );
}
