import { Download, Unplug } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { dateAndTime, durationText } from '../../state/dates';
import { download, fileName } from '../../state/download';
import { troubled, useAttendance } from '../../state/history';
import { meetingCode } from '../../state/meeting-code';
import { useMeeting } from '../../state/meetings';
import { isCode, problemText } from '../../state/problem';
import { useApi } from '../../state/session';
import { useTitle } from '../../state/title';
import { Button } from '../../ui/Button';
import { Loading } from '../../ui/Loading';
import { Section } from '../../ui/Section';
import { useToast } from '../../ui/Toast';
import { Message } from '../Message';
import { NotFound } from '../NotFound';
import { Page } from '../Page';
import { AttendanceTable } from './AttendanceTable';
import { Transcript } from './Transcript';

/** What is kept of one time that a meeting took place: who was there, how it went, what was written. */
export function OccurrenceDetails() {
  const { code: written = '', id = '' } = useParams();
  const code = meetingCode(written);
  return code === null ? <NotFound /> : <Details code={code} id={id} />;
}

function Details({ code, id }: { code: string; id: string }) {
  const { t, i18n } = useTranslation();
  const meeting = useMeeting(code);
  const found = useAttendance(code, id);
  const title = meeting.data?.title ?? code;
  useTitle(t('titles.meeting', { title }));

  if (found.isPending || meeting.isPending) return <Loading />;
  if (isCode(found.error, 'not_found')) return <NotFound />;
  if (found.data === undefined) {
    return (
      <Message icon={Unplug} title={t('door.failedTitle')} text={problemText(t, found.error)}>
        <Button size="large" onClick={() => void found.refetch()}>
          {t('tryAgain')}
        </Button>
      </Message>
    );
  }
  const { occurrence, attendance } = found.data;
  const start = new Date(occurrence.startedAt);
  const end = occurrence.endedAt === undefined ? undefined : new Date(occurrence.endedAt);
  const weak = troubled(attendance);
  const measured = attendance.some(({ quality }) => quality !== undefined);
  const about = [
    dateAndTime(start, new Date(), t, i18n.language),
    end === undefined
      ? t('history.goesOn')
      : durationText(Math.max(1, (end.getTime() - start.getTime()) / 60_000), i18n.language),
    t('history.people', { count: occurrence.people }),
    measured && (weak === 0 ? t('history.allGood') : t('history.weak', { count: weak })),
  ].filter((each) => each !== false);
  const host = meeting.data?.isHost === true;

  return (
    <Page
      title={title}
      about={
        <span className="inline-block first-letter:uppercase">{about.join(t('dates.comma'))}</span>
      }
      back={{ to: `/meetings/${code}`, label: t('history.back') }}
    >
      <Section
        title={t('history.attendance')}
        {...(!host && { text: t('history.onlyYou') })}
        action={host && <FileButton code={code} id={id} title={title} what="attendance" />}
      >
        <AttendanceTable attendance={attendance} />
      </Section>
      <Section
        title={t('history.transcript')}
        action={host && <FileButton code={code} id={id} title={title} what="transcript" />}
      >
        <Transcript code={code} id={id} />
      </Section>
    </Page>
  );
}

function FileButton({
  code,
  id,
  title,
  what,
}: {
  code: string;
  id: string;
  title: string;
  what: 'attendance' | 'transcript';
}) {
  const { t } = useTranslation();
  const api = useApi();
  const toast = useToast();
  const [busy, setBusy] = useState(false);

  async function fetchFile() {
    setBusy(true);
    try {
      const { hosting } = api;
      const file = await (what === 'attendance'
        ? hosting.attendanceFile(code, id)
        : hosting.transcriptFile(code, id));
      download(file, fileName(title, `${what}.csv`));
    } catch (error) {
      toast(problemText(t, error));
    }
    setBusy(false);
  }

  return (
    <Button
      kind="soft"
      busy={busy}
      icon={<Download size={17} aria-hidden="true" />}
      onClick={() => void fetchFile()}
    >
      {t(what === 'attendance' ? 'history.attendanceFile' : 'history.transcriptFile')}
    </Button>
  );
}
