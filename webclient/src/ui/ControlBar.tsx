import {
  Ellipsis,
  Hand,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  Shield,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Emoji } from '../protocol/messages';
import { Badge } from './Badge';
import { DeviceButton } from './DeviceButton';
import { IconButton } from './IconButton';
import { Menu } from './Menu';
import type { MenuChoice } from './Menu';
import { MeetingClock } from './MeetingClock';
import { MoreItems } from './MoreItems';
import type { MoreActions } from './MoreItems';
import { ReactionMenu } from './ReactionMenu';

export interface Switch {
  on: boolean;
  busy: boolean;
  toggle: () => void;
  device: string | undefined;
  devices: readonly MenuChoice[];
  choose: (deviceId: string) => void;
  /** A host does not allow it at the moment. */
  blocked?: boolean;
}

/** The loudspeakers to choose from. */
export type Output = Pick<Switch, 'device' | 'devices' | 'choose'>;

export interface ControlBarProps {
  code: string;
  onCopyCode: () => void;
  microphone: Switch;
  camera: Switch;
  /** Undefined where the browser does not let us choose. */
  output?: Output | undefined;
  /** Undefined where the browser cannot share a screen. */
  share: { on: boolean; busy: boolean; toggle: () => void } | undefined;
  /** Undefined where a host does not allow it. */
  reactions:
    { open: boolean; onOpen: (open: boolean) => void; react: (emoji: Emoji) => void } | undefined;
  hand: { up: boolean; toggle: () => void };
  people: { count: number; waiting: number; open: boolean; toggle: () => void };
  chat: { unread: number; open: boolean; toggle: () => void };
  /** For hosts and co-hosts. */
  host: { open: boolean; toggle: () => void } | undefined;
  more: MoreActions;
  leave: ReactNode;
}

/** The bottom bar of large screens; its dock is centred on the window, panel or not. */
export function ControlBar(props: ControlBarProps) {
  const { t } = useTranslation();
  const { microphone, camera, share, hand, people, chat } = props;
  return (
    <footer
      aria-label={t('meeting.controls')}
      className="relative z-20 flex h-20 shrink-0 items-center justify-between gap-4 px-4 lg:grid lg:grid-cols-[1fr_auto_1fr]"
    >
      <div className="hidden min-w-0 lg:block">
        <MeetingClock code={props.code} onCopy={props.onCopyCode} />
      </div>
      <div className="flex items-center gap-2 rounded-full border border-hairline bg-surface-1 p-2">
        <DeviceButton
          on={microphone.on}
          busy={microphone.busy}
          label={t(microphone.on ? 'devices.mute' : 'devices.unmute')}
          blocked={microphone.blocked}
          hotkey="M"
          icon={microphone.on ? <Mic size={21} /> : <MicOff size={21} />}
          onToggle={microphone.toggle}
          menuLabel={t('meeting.microphoneMenu')}
          device={microphone.device}
          devices={microphone.devices}
          onDevice={microphone.choose}
          output={props.output}
        />
        <DeviceButton
          on={camera.on}
          busy={camera.busy}
          label={t(camera.on ? 'devices.stopCamera' : 'devices.startCamera')}
          blocked={camera.blocked}
          hotkey="V"
          icon={camera.on ? <Video size={21} /> : <VideoOff size={21} />}
          onToggle={camera.toggle}
          menuLabel={t('meeting.cameraMenu')}
          device={camera.device}
          devices={camera.devices}
          onDevice={camera.choose}
        />
        <span aria-hidden="true" className="mx-1 h-6 w-px bg-edge opacity-50" />
        {share && (
          <IconButton
            label={t(share.on ? 'meeting.stopSharing' : 'meeting.share')}
            look={share.on ? 'on' : 'soft'}
            hotkey="S"
            disabled={share.busy}
            icon={<MonitorUp size={21} />}
            onClick={share.toggle}
          />
        )}
        {props.reactions && (
          <ReactionMenu
            open={props.reactions.open}
            onOpen={props.reactions.onOpen}
            onReact={props.reactions.react}
          />
        )}
        <IconButton
          hotkey="H"
          label={t(hand.up ? 'meeting.lowerHand' : 'meeting.raiseHand')}
          look={hand.up ? 'hand' : 'soft'}
          icon={<Hand size={21} />}
          onClick={hand.toggle}
        />
        <Menu
          side="top"
          align="center"
          label={t('meeting.more')}
          trigger={
            <button
              type="button"
              aria-label={t('meeting.more')}
              className="inline-flex size-12 shrink-0 items-center justify-center rounded-full bg-surface-2 hover:bg-surface-3"
            >
              <Ellipsis size={21} />
            </button>
          }
        >
          <MoreItems {...props.more} />
        </Menu>
      </div>
      <div className="flex items-center justify-end gap-2">
        <IconButton
          label={t('meeting.people')}
          hotkey="P"
          look={people.open ? 'on' : 'plain'}
          aria-expanded={people.open}
          aria-describedby="people-count"
          className="w-auto min-w-12 gap-2 px-3.5"
          icon={<Users size={21} />}
          onClick={people.toggle}
        >
          <span className="tabular text-field font-semibold" aria-hidden="true">
            {people.count}
          </span>
          <Badge count={people.waiting} amber />
          <span id="people-count" hidden>
            {t('meeting.peopleCount', { count: people.count })}
            {people.waiting > 0 && ` ${t('lobby.count', { count: people.waiting })}`}
          </span>
        </IconButton>
        <ChatButton {...chat} look="plain" />
        {props.host && (
          <IconButton
            label={t('host.title')}
            hotkey="O"
            look={props.host.open ? 'on' : 'plain'}
            aria-haspopup="dialog"
            icon={<Shield size={21} />}
            onClick={props.host.toggle}
          />
        )}
        <span className="ms-4">{props.leave}</span>
      </div>
    </footer>
  );
}

export function ChatButton({
  unread,
  open,
  toggle,
  look,
}: {
  unread: number;
  open: boolean;
  toggle: () => void;
  look: 'plain' | 'soft';
}) {
  const { t } = useTranslation();
  return (
    <IconButton
      label={t('meeting.chat')}
      hotkey="C"
      look={open ? 'on' : look}
      aria-expanded={open}
      aria-describedby="chat-unread"
      icon={<MessageSquare size={21} />}
      onClick={toggle}
    >
      <Badge count={unread} />
      <span id="chat-unread" hidden>
        {unread > 0 ? t('meeting.unread', { count: unread }) : ''}
      </span>
    </IconButton>
  );
}
