import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modes } from '../../layout';
import { useIdle } from '../../state/idle';
import { meetingLink } from '../../state/meetings';
import { useStage } from '../../state/theme';
import { useTitle } from '../../state/title';
import { useFrame, useRoomy } from '../../state/viewport';
import { emptyDraft } from '../../ui/Composer';
import type { Draft } from '../../ui/Composer';
import { ControlBar } from '../../ui/ControlBar';
import type { ControlBarProps } from '../../ui/ControlBar';
import { useCopying } from '../../ui/copying';
import { LeaveButton } from '../../ui/LeaveButton';
import { Menu } from '../../ui/Menu';
import { PeoplePanel } from '../../ui/PeoplePanel';
import { PhoneBar } from '../../ui/PhoneBar';
import { RowMenuButton } from '../../ui/RowMenuButton';
import { SharingBanner } from '../../ui/SharingBanner';
import { ShortcutsDialog } from '../../ui/ShortcutsDialog';
import { Strip } from '../../ui/Strip';
import { TopBar } from '../../ui/TopBar';
import { Announcer } from './Announcer';
import { AudioSinks } from './AudioSinks';
import { useCall, useCallState } from './call';
import { ChatSide } from './ChatSide';
import { useComfort } from './comfort';
import { ConnectionPanel } from './ConnectionPanel';
import { useOwnControls } from './controls';
import { EndMeeting } from './EndMeeting';
import { HostControls } from './HostControls';
import { useLayoutChoice } from './layoutChoice';
import { useLobby } from './lobby';
import { useModerate } from './moderate';
import { useNetwork } from './network';
import { useAnnouncements, useNotices } from './notices';
import { PanelOpener } from './panels';
import type { PanelName } from './panels';
import { usePausedPictures } from './pausedPictures';
import { isHost, onStage, peopleOf, tilesChoices, tilesOnPage } from './people';
import type { Person, TilesChoice } from './people';
import { PersonActionsContext } from './personActions';
import { RemoveDialog, RenameDialog } from './PersonDialogs';
import { PersonItems } from './PersonItems';
import { PinContext, usePins } from './pins';
import { Reactions } from './Reactions';
import { useSavings } from './savings';
import { shortcutRows, useShortcuts } from './shortcuts';
import { useSteadySpeaker } from './speaker';
import { useSpeakerOutput } from './speakerOutput';
import { Stage } from './Stage';
import { useWakeLock } from './wakeLock';

// The bar at the top goes away from a meeting that is only watched.
const fadesAfter = 3_000;

/** What lies over the meeting because somebody opened it. */
type Over =
  | { kind: 'end' | 'rename' | 'shortcuts' }
  | { kind: 'host'; person?: string }
  | { kind: 'remove'; person: Person };

/** The meeting itself: stage, panel and bars around one call. */
export function Meeting({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  useStage();
  useWakeLock();
  const call = useCall();
  const state = useCallState(call);
  const frame = useFrame();
  const roomy = useRoomy();
  const copy = useCopying();
  const moderate = useModerate();
  const room = useRef<HTMLDivElement>(null);
  const [panel, setPanel] = useState<PanelName | null>(null);
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [wantedPage, setPage] = useState(0);
  const [pages, setPages] = useState(1);
  const [over, setOver] = useState<Over | null>(null);
  const [reacting, setReacting] = useState(false);
  const choice = useLayoutChoice();

  const people = peopleOf(state);
  const self = people.find((each) => each.self);
  const hosting = isHost(self?.role);
  const active = people.find((each) => each.active && !each.self);
  const speaker = useSteadySpeaker(active?.id);
  const { network, loss } = useNetwork(state);
  const pins = usePins(code);
  const idle = useIdle(fadesAfter);
  const comfort = useComfort();
  const savings = useSavings(comfort.part);
  const { sink, output } = useSpeakerOutput(state.microphone.on);
  const own = useOwnControls();
  const { lobby, dialog: lobbyDialog } = useLobby();
  usePausedPictures();
  useNotices();
  useAnnouncements();
  const full = t('titles.meeting', { title });
  const asking = hosting ? state.waiting.length : 0;
  useTitle(asking > 0 ? t('meeting.titleWaiting', { count: asking, title: full }) : full);

  const flat = frame === 'phone-landscape';
  const phone = frame === 'phone' || flat;
  const squeezed = frame === 'phone' && panel !== null;
  const pageSize = squeezed ? 2 : tilesOnPage(choice.tiles, people.length, frame);
  const page = Math.min(wantedPage, pages - 1);
  const away = state.phase === 'reconnecting';
  const spotlight = state.meeting?.spotlight ?? [];
  const shown = onStage(people, choice.self);

  const copyLink = () => copy(meetingLink(code), t('dashboard.copied'));
  const toggle = (name: PanelName) => () => setPanel(panel === name ? null : name);
  const close = () => setPanel(null);
  const hostControls = hosting
    ? {
        open: over?.kind === 'host',
        toggle: () => setOver(over?.kind === 'host' ? null : { kind: 'host' }),
      }
    : undefined;
  const turn = (step: number) => setPage(Math.min(pages - 1, Math.max(0, page + step)));
  const shortcuts = useShortcuts({
    microphone: own.microphone.toggle,
    camera: own.camera.toggle,
    hand: own.hand.toggle,
    share: () => own.share?.toggle(),
    react: () => own.mayReact && setReacting(true),
    chat: toggle('chat'),
    people: toggle('people'),
    hostControls: () => hostControls?.toggle(),
    connection: toggle('connection'),
    layout: () => choice.setMode(modes[(modes.indexOf(choice.mode) + 1) % modes.length] ?? 'auto'),
    nextPage: () => turn(1),
    previousPage: () => turn(-1),
    bar: () => room.current?.querySelector<HTMLElement>('footer button')?.focus(),
    help: () => setOver({ kind: 'shortcuts' }),
  });

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
  const controls: ControlBarProps = {
    ...own,
    code,
    onCopyCode: copyLink,
    reactions: own.mayReact
      ? { open: reacting, onOpen: setReacting, react: (emoji) => call.react(emoji) }
      : undefined,
    people: {
      count: people.length,
      waiting: asking,
      open: panel === 'people',
      toggle: toggle('people'),
    },
    chat: { unread: state.unread, open: panel === 'chat', toggle: toggle('chat') },
    output,
    host: hostControls,
    more: {
      ...savings,
      onConnection: toggle('connection'),
      onShortcuts: phone ? undefined : () => setOver({ kind: 'shortcuts' }),
    },
    leave: (
      <LeaveButton
        host={self?.role === 'HOST'}
        compact={phone || !roomy}
        onLeave={() => void call.leave()}
        onEnd={() => setOver({ kind: 'end' })}
      />
    ),
  };

  const sheet = frame === 'phone';
  const actions = {
    write: (to: string) => {
      setDraft({ text: draft.text, to });
      setPanel('chat');
    },
    rename: () => setOver({ kind: 'rename' }),
    remove: (person: Person) => setOver({ kind: 'remove', person }),
    permit: (person: string) => setOver({ kind: 'host', person }),
  };
  const dismiss = () => setOver(null);

  const view = (
    <div ref={room} className="relative flex h-dvh flex-col overflow-clip bg-canvas text-ink">
      {away ? (
        <Strip onRetry={() => call.retryNow()} />
      ) : (
        <TopBar
          title={title}
          network={network}
          connectionOpen={panel === 'connection'}
          onConnection={toggle('connection')}
          saving={savings.chip}
          faded={idle && network === 'good' && pages === 1}
          page={page}
          pages={pages}
          onPage={setPage}
          locked={state.meeting?.locked ?? false}
          layout={layout}
          compact={phone}
          over={flat}
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
            title={title}
            mode={choice.mode}
            people={shown}
            speaker={speaker}
            pinned={pins.pinned}
            spotlight={spotlight}
            frame={frame}
            squeezed={squeezed}
            beside={flat && panel !== null}
            frozen={away}
            page={page}
            pageSize={pageSize}
            onPage={setPage}
            onPages={setPages}
            onPeople={() => setPanel('people')}
            banner={
              state.screen.on && (
                <SharingBanner
                  screen={state.screen}
                  onStop={() => void call.stopShare()}
                  onPreset={(preset) => void call.preferShare(preset)}
                />
              )
            }
          />
        </div>
        {panel !== null && (
          <div className={panelPlace(frame)}>
            {panel === 'connection' ? (
              <ConnectionPanel network={network} loss={loss} sheet={sheet} onClose={close} />
            ) : panel === 'chat' ? (
              <ChatSide draft={draft} onDraft={setDraft} sheet={sheet} onClose={close} />
            ) : (
              <PeoplePanel
                people={people}
                lobby={hosting ? lobby : undefined}
                hands={
                  hosting
                    ? {
                        callNext: () => void moderate({ type: 'moderation:call-on', data: {} }),
                        lowerAll: () => void moderate({ type: 'moderation:lower-hands', data: {} }),
                      }
                    : undefined
                }
                sheet={sheet}
                menu={(row) => {
                  const person = people.find(({ id }) => id === row.id);
                  return (
                    person && (
                      <Menu
                        align="end"
                        label={t('meeting.tileMenu', { name: row.name })}
                        trigger={<RowMenuButton name={row.name} />}
                      >
                        <PersonItems person={person} />
                      </Menu>
                    )
                  );
                }}
                onCopyLink={copyLink}
                onClose={close}
              />
            )}
          </div>
        )}
      </main>
      {phone || !roomy ? (
        !squeezed && <PhoneBar {...controls} over={flat} beside={flat && panel !== null} />
      ) : (
        <ControlBar {...controls} />
      )}
      {own.talking && (
        <p
          role="status"
          className="absolute bottom-24 left-1/2 z-30 -translate-x-1/2 rounded-full bg-pill px-4 py-2 text-body font-medium"
        >
          {t('meeting.talking')}
        </p>
      )}
      {comfort.reactions && (
        <Reactions
          bursts={state.bursts}
          nameOf={(id) => people.find((each) => each.id === id)?.name ?? ''}
        />
      )}
      <AudioSinks streams={call.audioStreams()} sink={sink} />
      <Announcer state={state} chatOpen={panel === 'chat'} verbosity={comfort.verbosity} />
      <EndMeeting open={over?.kind === 'end'} count={people.length} onClose={dismiss} />
      {hosting && over?.kind === 'host' && (
        <HostControls
          open
          person={over.person}
          lobby={lobby}
          onEnd={self?.role === 'HOST' ? () => setOver({ kind: 'end' }) : undefined}
          onClose={dismiss}
        />
      )}
      {over?.kind === 'remove' && <RemoveDialog person={over.person} onClose={dismiss} />}
      {over?.kind === 'rename' && <RenameDialog name={self?.name ?? ''} onClose={dismiss} />}
      <ShortcutsDialog
        open={over?.kind === 'shortcuts'}
        rows={shortcutRows(t, hosting)}
        on={shortcuts.single}
        onSwitch={shortcuts.setSingle}
        onClose={dismiss}
      />
      {lobbyDialog}
      {savings.dialog}
    </div>
  );
  return (
    <PanelOpener value={setPanel}>
      <PinContext value={pins}>
        <PersonActionsContext value={actions}>{view}</PersonActionsContext>
      </PinContext>
    </PanelOpener>
  );
}

function panelPlace(frame: ReturnType<typeof useFrame>): string {
  switch (frame) {
    case 'wide':
      return 'flex w-[360px] shrink-0 pe-4 *:w-full';
    case 'middle':
      return 'absolute inset-y-0 end-4 z-30 flex w-[344px] rounded-tile shadow-float *:w-full';
    case 'phone':
      return 'flex min-h-0 grow flex-col *:grow';
    case 'phone-landscape':
      return 'absolute inset-y-2 end-2 z-30 flex w-[344px] rounded-tile shadow-float *:w-full';
  }
}
