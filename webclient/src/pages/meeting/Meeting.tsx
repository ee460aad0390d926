import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../../state/copy';
import { useMeetingKeys } from '../../state/keys';
import { meetingLink } from '../../state/meetings';
import { useStage } from '../../state/theme';
import { useTitle } from '../../state/title';
import { useIdle } from '../../state/idle';
import { useFrame } from '../../state/viewport';
import { ChatPanel } from '../../ui/ChatPanel';
import { ControlBar } from '../../ui/ControlBar';
import type { ControlBarProps } from '../../ui/ControlBar';
import { LeaveButton } from '../../ui/LeaveButton';
import { PeoplePanel } from '../../ui/PeoplePanel';
import { PhoneBar } from '../../ui/PhoneBar';
import { SharingBanner } from '../../ui/SharingBanner';
import { Strip } from '../../ui/Strip';
import { useToast } from '../../ui/Toast';
import { TopBar } from '../../ui/TopBar';
import { Announcer } from './Announcer';
import { AudioSinks } from './AudioSinks';
import { useCall, useCallState } from './call';
import { ConnectionPanel } from './ConnectionPanel';
import { useDeviceSwitch } from './deviceSwitch';
import { EndMeeting } from './EndMeeting';
import { useNetwork } from './network';
import { PanelOpener } from './panels';
import type { PanelName } from './panels';
import { useLayoutChoice } from './layoutChoice';
import { peopleOf, tilesChoices, tilesOnPage } from './people';
import type { TilesChoice } from './people';
import { PinContext, usePins } from './pins';
import { usePausedPictures } from './pausedPictures';
import { useSavings } from './savings';
import { useSteadySpeaker } from './speaker';
import { useSpeakerOutput } from './speakerOutput';
import { Stage } from './Stage';

// The bar at the top goes away from a meeting that is only watched.
const fadesAfter = 3_000;

/** The meeting itself: stage, panel and bars around one call. */
export function Meeting({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  useStage();
  useTitle(t('titles.meeting', { title }));
  const call = useCall();
  const state = useCallState(call);
  const frame = useFrame();
  const toast = useToast();
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [draft, setDraft] = useState('');
  const [wantedPage, setPage] = useState(0);
  const [pages, setPages] = useState(1);
  const choice = useLayoutChoice();
  const [ending, setEnding] = useState(false);

  const people = peopleOf(state);
  const self = people.find((each) => each.self);
  const active = people.find((each) => each.active && !each.self);
  const speaker = useSteadySpeaker(active?.id);
  const { network, loss } = useNetwork(state);
  const pins = usePins(code);
  const idle = useIdle(fadesAfter);
  const savings = useSavings();
  const { sink, output } = useSpeakerOutput(state.microphone.on);
  usePausedPictures();
  const microphone = useDeviceSwitch('microphone', state.microphone);
  const camera = useDeviceSwitch('camera', state.camera);
  useMeetingKeys({ m: microphone.toggle, v: camera.toggle });

  const phone = frame === 'phone' || frame === 'phone-landscape';
  const squeezed = frame === 'phone' && panel !== null;
  const pageSize = squeezed ? 2 : tilesOnPage(choice.tiles, people.length, frame);
  const page = Math.min(wantedPage, pages - 1);
  const away = state.phase === 'reconnecting';
  const spotlight: string[] = [];

  async function copyLink() {
    const done = await copyText(meetingLink(code));
    toast(t(done ? 'dashboard.copied' : 'dashboard.copyFailed'));
  }

  const toggle = (name: PanelName) => () => setPanel(panel === name ? null : name);
  const close = () => setPanel(null);
  const canShare = navigator.mediaDevices?.getDisplayMedia !== undefined;

  const controls: ControlBarProps = {
    code,
    onCopyCode: () => void copyLink(),
    microphone,
    camera,
    share: canShare
      ? {
          ...state.screen,
          toggle: () => void (state.screen.on ? call.stopShare() : call.shareScreen()),
        }
      : undefined,
    hand: { up: (self?.hand ?? 0) > 0, toggle: () => call.raiseHand(self?.hand === 0) },
    people: { count: people.length, open: panel === 'people', toggle: toggle('people') },
    chat: { unread: state.unread, open: panel === 'chat', toggle: toggle('chat') },
    output,
    more: { ...savings.actions, onConnection: toggle('connection') },
    leave: (
      <LeaveButton
        host={self?.host ?? false}
        compact={phone}
        onLeave={() => void call.leave()}
        onEnd={() => setEnding(true)}
      />
    ),
  };

  const sheet = frame === 'phone';
  const layout = {
    mode: choice.mode,
    onMode: choice.setMode,
    tiles: choice.tiles,
    tilesChoices: phone
      ? []
      : tilesChoices.map((value) => ({
          value,
          label:
            value === 'auto' ? t('layout.fitting') : t('meeting.tiles', { count: Number(value) }),
        })),
    onTiles: (value: string) => choice.setTiles(value as TilesChoice),
    self: choice.self,
    onSelf: choice.setSelf,
  };
  const onStage = choice.self || people.length === 1 ? people : people.filter((each) => !each.self);
  const room = (
    <div className="relative flex h-dvh flex-col overflow-clip bg-canvas text-ink">
      {away ? (
        <Strip />
      ) : (
        <TopBar
          title={title}
          network={network}
          connectionOpen={panel === 'connection'}
          onConnection={toggle('connection')}
          saving={savings.chip}
          faded={idle && network === 'good'}
          page={page}
          pages={pages}
          onPage={setPage}
          locked={false}
          layout={layout}
          compact={phone}
          over={frame === 'phone-landscape'}
        />
      )}
      <main className={squeezed ? 'flex min-h-0 grow flex-col' : 'relative flex min-h-0 grow'}>
        <div
          className={
            squeezed
              ? `flex shrink-0 flex-col ${state.screen.on ? 'h-44' : 'h-32'}`
              : 'flex min-h-0 min-w-0 grow flex-col'
          }
        >
          <Stage
            code={code}
            mode={choice.mode}
            people={onStage}
            speaker={speaker}
            pinned={pins.pinned}
            spotlight={spotlight}
            frame={frame}
            squeezed={squeezed}
            frozen={away}
            page={page}
            pageSize={pageSize}
            onPage={setPage}
            onPages={setPages}
            banner={
              state.screen.on && (
                <SharingBanner
                  screen={state.screen}
                  onStop={() => void call.stopShare()}
                  onPreset={(preset) => void call.preferShare(preset)}
                />
              )
            }
            onPeople={() => setPanel('people')}
          />
        </div>
        {panel !== null && (
          <div className={panelPlace(frame)}>
            {panel === 'connection' ? (
              <ConnectionPanel network={network} loss={loss} sheet={sheet} onClose={close} />
            ) : panel === 'chat' ? (
              <ChatPanel
                chat={state.chat}
                more={state.chatMore}
                unread={state.unread}
                away={away}
                sheet={sheet}
                draft={draft}
                onDraft={setDraft}
                onSend={(text) => call.sendChat(text)}
                onRetry={(id) => call.retryChat(id)}
                onOlder={() => call.loadOlderChat()}
                onRead={() => call.markRead()}
                onClose={close}
              />
            ) : (
              <PeoplePanel
                people={people}
                sheet={sheet}
                onCopyLink={() => void copyLink()}
                onClose={close}
              />
            )}
          </div>
        )}
      </main>
      {phone ? (
        !squeezed && <PhoneBar {...controls} over={frame === 'phone-landscape'} />
      ) : (
        <ControlBar {...controls} />
      )}
      <AudioSinks streams={call.audioStreams()} sink={sink} />
      <Announcer people={people} chat={state.chat} chatOpen={panel === 'chat'} />
      <EndMeeting open={ending} count={people.length} onClose={() => setEnding(false)} />
      {savings.dialog}
    </div>
  );
  return (
    <PanelOpener value={setPanel}>
      <PinContext value={pins}>{room}</PinContext>
    </PanelOpener>
  );
}

function panelPlace(frame: ReturnType<typeof useFrame>): string {
  switch (frame) {
    case 'wide':
      return 'flex w-[360px] shrink-0 pe-4 *:w-full';
    case 'middle':
      return 'absolute inset-y-0 right-4 z-30 flex w-[344px] rounded-tile shadow-float *:w-full';
    case 'phone':
      return 'flex min-h-0 grow flex-col *:grow';
    case 'phone-landscape':
      return 'absolute inset-y-2 right-2 z-30 flex w-[344px] rounded-tile shadow-float *:w-full';
  }
}
