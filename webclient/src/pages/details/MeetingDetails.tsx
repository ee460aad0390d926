import { Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { meetingCode } from '../../state/meeting-code';
import { useMeeting } from '../../state/meetings';
import { isCode, problemText } from '../../state/problem';
import { useTitle } from '../../state/title';
import { Button, buttonClass } from '../../ui/Button';
import { Loading } from '../../ui/Loading';
import { Message } from '../Message';
import { NotFound } from '../NotFound';
import { Page } from '../Page';
import { History } from './History';
import { InvitationLinks } from './InvitationLinks';
import { InvitedPeople } from './InvitedPeople';
import { MeetingLink } from './MeetingLink';
import { MeetingSettings } from './MeetingSettings';
import { Streams } from './Streams';
import { When } from './When';

/** All about one meeting but the meeting itself: when, who, under which rules, and what was. */
export function MeetingDetails() {
  const { code: written = '' } = useParams();
  const code = meetingCode(written);
  return code === null ? <NotFound /> : <Details key={code} code={code} />;
}

function Details({ code }: { code: string }) {
  const { t } = useTranslation();
  const found = useMeeting(code);
  const meeting = found.data;
  useTitle(t('titles.meeting', { title: meeting?.title ?? code }));

  if (found.isPending) return <Loading />;
  if (isCode(found.error, 'not_found')) return <NotFound />;
  if (meeting === undefined) {
    return (
      <Message icon={Unplug} title={t('door.failedTitle')} text={problemText(t, found.error)}>
        <Button size="large" onClick={() => void found.refetch()}>
          {t('tryAgain')}
        </Button>
      </Message>
    );
  }
  const host = meeting.isHost === true;
  return (
    <Page
      title={meeting.title}
      about={host ? t('dashboard.ownMeeting') : t('dashboard.hostedBy', { name: meeting.hostName })}
      back={{ to: '/', label: t('account.back') }}
    >
      <div className="-mt-4">
        <Link to={`/m/${code}`} className={buttonClass('ink', 'large')}>
          {t(host && !meeting.live ? 'dashboard.start' : 'dashboard.join')}
        </Link>
      </div>
      <When meeting={meeting} />
      <MeetingLink code={code} title={meeting.title} />
      {host && <InvitedPeople code={code} />}
      {host && <InvitationLinks code={code} title={meeting.title} />}
      {host && <Streams code={code} />}
      {host && meeting.settings && (
        <MeetingSettings meeting={meeting} settings={meeting.settings} />
      )}
      <History code={code} />
    </Page>
  );
}
