import { useQueryClient } from '@tanstack/react-query';
import { CalendarPlus, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { greetingOf, isSameDay, longDate } from '../state/dates';
import { useMyMeetings, useUpcoming } from '../state/meetings';
import { problemText } from '../state/problem';
import { useUser } from '../state/session';
import { useTitle } from '../state/title';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { AppHead } from './AppHead';
import { EmptyMeetings } from './dashboard/EmptyMeetings';
import { JoinByCode } from './dashboard/JoinByCode';
import { LiveMeeting } from './dashboard/LiveMeeting';
import { MeetingSkeleton } from './dashboard/MeetingSkeleton';
import { NewMeeting } from './dashboard/NewMeeting';
import { PastMeetings } from './dashboard/PastMeetings';
import { ReadyMeeting } from './dashboard/ReadyMeeting';
import { UpcomingMeeting } from './dashboard/UpcomingMeeting';

export function Dashboard() {
  const { t, i18n } = useTranslation();
  useTitle(t('titles.dashboard'));
  const user = useUser();
  const meetings = useMyMeetings();
  const upcoming = useUpcoming();
  const queries = useQueryClient();
  const [creating, setCreating] = useState<'now' | 'later'>();
  const now = new Date();
  const date = longDate(now, i18n.language);
  const mine = meetings.data;
  const coming = upcoming.data ?? [];
  const failed = meetings.error ?? upcoming.error;

  return (
    <div className="min-h-dvh bg-canvas text-ink">
      <AppHead />
      <main className="mx-auto max-w-[1224px] px-6 pt-6 sm:px-10 pb-24 sm:pt-9">
        <h1 className="text-page">
          {t(`dashboard.greeting.${greetingOf(now)}`, { name: firstName(user?.name ?? '') })}
        </h1>
        <p className="mt-1.5 text-panel text-muted">{aboutToday()}</p>
        <div className="mt-6 flex flex-wrap gap-3 lg:w-[calc((100%-3rem)*752/1096)]">
          <Button
            size="large"
            icon={<Plus size={20} aria-hidden="true" />}
            onClick={() => setCreating('now')}
          >
            {t('dashboard.newMeeting')}
          </Button>
          <Button
            size="large"
            kind="outline"
            icon={<CalendarPlus size={19} aria-hidden="true" />}
            onClick={() => setCreating('later')}
          >
            {t('dashboard.schedule')}
          </Button>
          <JoinByCode />
        </div>

        <div className="mt-10 grid gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,752fr)_minmax(0,344fr)]">
          <div className="flex min-w-0 flex-col gap-10">
            {failed && (
              <Notice
                action={
                  <Button
                    kind="outline"
                    size="small"
                    onClick={() => void queries.invalidateQueries({ queryKey: ['meetings'] })}
                  >
                    {t('tryAgain')}
                  </Button>
                }
              >
                {t('dashboard.failed')} {problemText(t, failed)}
              </Notice>
            )}
            {meetings.isPending && <MeetingSkeleton />}
            {mine && mine.live.length > 0 && (
              <section aria-labelledby="live">
                <h2 id="live" className="text-panel font-semibold">
                  {t('dashboard.liveNow')}
                </h2>
                <ul className="mt-3 flex flex-col gap-3">
                  {mine.live.map((each) => (
                    <LiveMeeting key={each.code} meeting={each} />
                  ))}
                </ul>
              </section>
            )}
            {coming.length > 0 && (
              <section aria-labelledby="upcoming">
                <h2 id="upcoming" className="text-panel font-semibold">
                  {t('dashboard.upcoming')}
                </h2>
                <ul className="mt-3 divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
                  {coming.map((each) => (
                    <UpcomingMeeting key={each.code} meeting={each} now={now} />
                  ))}
                </ul>
              </section>
            )}
            {mine && mine.ready.length > 0 && (
              <section aria-labelledby="ready">
                <h2 id="ready" className="text-panel font-semibold">
                  {t('dashboard.ready')}
                </h2>
                <ul className="mt-3 divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
                  {mine.ready.map((each) => (
                    <ReadyMeeting key={each.code} meeting={each} />
                  ))}
                </ul>
              </section>
            )}
            {mine && mine.live.length + mine.ready.length + coming.length === 0 && (
              <EmptyMeetings before={mine.past.length > 0} />
            )}
          </div>
          {mine && (
            <PastMeetings
              meetings={mine.past}
              more={meetings.hasNextPage}
              busy={meetings.isFetchingNextPage}
              onMore={() => void meetings.fetchNextPage()}
            />
          )}
        </div>
      </main>
      {creating && (
        <NewMeeting later={creating === 'later'} onClose={() => setCreating(undefined)} />
      )}
    </div>
  );

  function aboutToday(): string {
    if (mine === undefined) return t('dashboard.date', { date });
    if (mine.live.length > 0) return t('dashboard.live', { date, count: mine.live.length });
    const left = coming.filter(({ schedule }) => isSameDay(new Date(schedule?.nextAt ?? 0), now));
    if (left.length > 0) return t('dashboard.left', { date, count: left.length });
    return t('dashboard.none', { date });
  }
}

function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
