import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { SearchX, Unplug } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useParams, useSearchParams } from 'react-router';
import type { Meeting as MeetingRecord } from '../api';
import { CallEngine, idleState } from '../call';
import type { CallState } from '../call';
import { prefer } from '../state/devices';
import { kept } from '../state/kept';
import { keptPreferences, keptSaving } from '../state/preferences';
import { meetingCode } from '../state/meeting-code';
import { invitationIn } from '../state/meetings';
import { withNext } from '../state/next';
import { isCode, problemText } from '../state/problem';
import { useApi, useUser } from '../state/session';
import { Button, buttonClass } from '../ui/Button';
import { Loading } from '../ui/Loading';
import { Door } from './Door';
import type { Entrance } from './Door';
import { CallProvider } from './meeting/call';
import { forgetReturn, keepReturn, returning } from './meeting/comingBack';
import type { Return } from './meeting/comingBack';
import { Meeting } from './meeting/Meeting';
import { WaitingRoom } from './meeting/WaitingRoom';
import { Message } from './Message';
import { Over } from './Over';

// Only `vite dev` has it: a meeting to look at without a server.
const Showcase = import.meta.env.DEV ? lazy(() => import('./meeting/Showcase')) : undefined;

/** One meeting from the door to the way out, in one route, so that the devices stay open in between. */
export function MeetingRoute() {
  const { t } = useTranslation();
  const api = useApi();
  const user = useUser();
  const [params] = useSearchParams();
  const { code: written = '' } = useParams();
  const code = meetingCode(written);
  const shown = Showcase !== undefined && params.has('fake');

  const found = useQuery({
    queryKey: ['meeting', code, user?.id],
    queryFn: () => api.meeting(code ?? ''),
    enabled: code !== null && !shown,
    retry: (times, error) => !isCode(error, 'not_found') && times < 1,
  });

  if (Showcase !== undefined && shown) {
    return (
      <Suspense fallback={<Loading />}>
        <Showcase />
      </Suspense>
    );
  }
  if (code === null || isCode(found.error, 'not_found')) return <NoMeeting code={written} />;
  if (found.data !== undefined) {
    const stranger = user === undefined && !found.data.guestsAllowed;
    const here = `/m/${code}${window.location.hash}`;
    if (stranger) return <Navigate to={withNext('/signin', here)} replace />;
    return <Visit key={code} meeting={found.data} />;
  }
  if (found.isPending) return <Loading />;
  return (
    <Message icon={Unplug} title={t('door.failedTitle')} text={problemText(t, found.error)}>
      <Button size="large" onClick={() => void found.refetch()}>
        {t('tryAgain')}
      </Button>
    </Message>
  );
}

function NoMeeting({ code }: { code: string }) {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <Message icon={SearchX} title={t('door.notFoundTitle')} text={t('door.notFoundText', { code })}>
      <Link to={user ? '/' : '/signin'} className={buttonClass('primary', 'large')}>
        {t(user ? 'door.home' : 'door.signInFirst')}
      </Link>
    </Message>
  );
}

declare global {
  interface Window {
    /** For tests in a real browser and for people with a console: the call that is going on. */
    __plenum?: { engine: CallEngine };
  }
}

/** Each attempt to come in has an engine and a door of its own. */
function Visit({ meeting }: { meeting: MeetingRecord }) {
  const [attempt, setAttempt] = useState(0);
  const [problem, setProblem] = useState<string>();
  return (
    <Attempt
      key={attempt}
      meeting={meeting}
      problem={problem}
      onAgain={(why) => {
        setProblem(why);
        setAttempt(attempt + 1);
      }}
    />
  );
}

function Attempt({
  meeting,
  problem,
  onAgain,
}: {
  meeting: MeetingRecord;
  problem: string | undefined;
  onAgain: (problem?: string) => void;
}) {
  const { t } = useTranslation();
  const api = useApi();
  const user = useUser();
  const [params] = useSearchParams();
  const [engine, setEngine] = useState<CallEngine>();
  const current = useRef<CallEngine>(undefined);

  // Going elsewhere in the app leaves the meeting.
  useEffect(
    () => () => {
      void current.current?.leave();
      current.current = undefined;
    },
    [],
  );

  // A page that was loaded anew goes on where it was, without the door.
  const [back] = useState(() => returning(meeting.code));
  useEffect(() => {
    if (back === undefined || current.current) return;
    forgetReturn(meeting.code);
    const { started, joined } = start(
      { guestName: undefined, camera: null, microphone: null },
      back,
    );
    void joined.then(() => started.restore(back));
    // Once for each visit.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  function start({ guestName, camera, microphone }: Entrance, from?: Return) {
    const started = new CallEngine();
    current.current = started;
    window.__plenum = { engine: started };
    setEngine(started);
    const joined = started.join({
      place: from?.place,
      onPlace: keepReturn(meeting.code, started),
      code: meeting.code,
      api: () => api.joinMeeting(meeting.code, guestName, invitationIn(window.location.hash)),
      camera,
      microphone,
      preferences: keptPreferences(params.get('codec')),
      saving: keptSaving(),
    });
    if (camera === null) void prefer('camera', (id) => started.useCamera(id));
    if (microphone === null) void prefer('microphone', (id) => started.useMicrophone(id));
    return { started, joined };
  }

  const state = useSyncExternalStore(engine?.subscribe ?? nothing, engine?.getState ?? untouched);
  const { phase } = state;
  // Refused before the first welcome: back to the door, with the reason.
  const refused = phase === 'failed' && state.self === undefined;
  const reason = refused ? (state.error?.code ?? 'other') : undefined;
  useEffect(() => {
    if (reason !== undefined) onAgain(joinProblem(t, reason));
  });

  if (back !== undefined && (engine === undefined || phase === 'connecting')) return <Loading />;
  if (engine === undefined || phase === 'idle' || phase === 'connecting' || refused) {
    return (
      <Door meeting={meeting} joining={engine !== undefined} problem={problem} onJoin={start} />
    );
  }
  if (phase === 'ended' || phase === 'failed') {
    return <Over state={state} onRejoin={() => onAgain()} />;
  }
  if (phase === 'waiting') {
    return (
      <CallProvider call={engine}>
        <WaitingRoom
          title={state.lobby?.title ?? meeting.title}
          name={user?.name ?? kept('guest.name') ?? ''}
        />
      </CallProvider>
    );
  }
  return (
    <CallProvider call={engine}>
      <Meeting code={meeting.code} title={state.meeting?.title ?? meeting.title} />
    </CallProvider>
  );
}

const idle = idleState();

function untouched(): CallState {
  return idle;
}

function nothing(): () => void {
  return () => {};
}

function joinProblem(t: TFunction, code: string): string {
  switch (code) {
    case 'room_full':
    case 'lobby_full':
    case 'forbidden':
    case 'locked':
    case 'removed':
    case 'not_found':
    case 'meeting_ended':
    case 'network':
    case 'unauthorized':
    case 'invalid':
      return t(`door.errors.${code}`);
    case 'too_many':
      return t('errors.tooMany');
    case 'unavailable':
      return t('errors.unavailable');
    default:
      return t('door.errors.other');
  }
}
