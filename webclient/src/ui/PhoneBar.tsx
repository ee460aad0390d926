import clsx from 'clsx';
import {
  Ellipsis,
  Hand,
  Link2,
  Mic,
  MicOff,
  MonitorUp,
  Shield,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from './Badge';
import { ChatButton } from './ControlBar';
import type { ControlBarProps } from './ControlBar';
import { IconButton } from './IconButton';
import { emojis } from './emojis';
import { Menu, MenuCell, MenuChoices, MenuItem, MenuLabel, MenuRow, MenuSeparator } from './Menu';
import { MoreItems } from './MoreItems';

/** The bottom bar of phones: what one needs at once; everything else is in More. */
export function PhoneBar(props: ControlBarProps & { over: boolean; beside: boolean }) {
  const { t } = useTranslation();
  const { microphone, camera, hand, chat, over, beside } = props;
  return (
    <footer
      aria-label={t('meeting.controls')}
      data-on-video={over || undefined}
      className={clsx(
        'z-20 flex shrink-0 items-center gap-2 pb-[env(safe-area-inset-bottom)]',
        over
          ? 'absolute inset-x-0 bottom-0 h-20 justify-center bg-linear-to-t from-black/75 to-transparent'
          : 'min-h-20 justify-between px-4',
        // A panel at the side covers no button.
        beside && 'pe-88',
      )}
    >
      <IconButton
        label={t(microphone.on ? 'devices.mute' : 'devices.unmute')}
        look={microphone.on ? 'soft' : 'off'}
        icon={microphone.on ? <Mic size={21} /> : <MicOff size={21} />}
        aria-disabled={microphone.blocked || undefined}
        onClick={microphone.toggle}
      />
      <IconButton
        aria-disabled={camera.blocked || undefined}
        label={t(camera.on ? 'devices.stopCamera' : 'devices.startCamera')}
        look={camera.on ? 'soft' : 'off'}
        icon={camera.on ? <Video size={21} /> : <VideoOff size={21} />}
        onClick={camera.toggle}
      />
      <IconButton
        label={t(hand.up ? 'meeting.lowerHand' : 'meeting.raiseHand')}
        look={hand.up ? 'hand' : 'soft'}
        icon={<Hand size={21} />}
        onClick={hand.toggle}
      />
      <ChatButton {...chat} look="soft" />
      <More {...props} />
      <span className={over ? 'ms-6' : 'ms-1'}>{props.leave}</span>
    </footer>
  );
}

function More(props: ControlBarProps) {
  const { share, people, host, reactions, microphone, camera, output, more, onCopyCode } = props;
  const { t } = useTranslation();
  return (
    <Menu
      side="top"
      align="end"
      label={t('meeting.more')}
      trigger={
        <button
          type="button"
          aria-label={t('meeting.more')}
          aria-describedby="more-waiting"
          className="relative inline-flex size-12 shrink-0 items-center justify-center rounded-full bg-surface-2 hover:bg-surface-3"
        >
          <Ellipsis size={21} />
          <Badge count={people.waiting} amber />
          <span id="more-waiting" hidden>
            {people.waiting > 0 ? t('lobby.count', { count: people.waiting }) : ''}
          </span>
        </button>
      }
    >
      {reactions && (
        <>
          <MenuRow>
            {emojis.map(({ emoji, name }) => (
              <MenuCell
                key={emoji}
                label={t(`reactions.${name}`)}
                onSelect={() => reactions.react(emoji)}
              >
                {emoji}
              </MenuCell>
            ))}
          </MenuRow>
          <MenuSeparator />
        </>
      )}
      <MenuItem icon={<Users size={19} />} onSelect={people.toggle}>
        {t('meeting.people')}
        <span className="tabular ms-2 text-muted">{people.count}</span>
      </MenuItem>
      {host && (
        <MenuItem icon={<Shield size={19} />} onSelect={host.toggle}>
          {t('host.title')}
        </MenuItem>
      )}
      {share && (
        <MenuItem icon={<MonitorUp size={19} />} disabled={share.busy} onSelect={share.toggle}>
          {t(share.on ? 'meeting.stopSharing' : 'meeting.share')}
        </MenuItem>
      )}
      <MenuItem icon={<Link2 size={19} />} onSelect={onCopyCode}>
        {t('meeting.copyLink')}
      </MenuItem>
      <MenuSeparator />
      <MoreItems {...more} />
      {microphone.devices.length > 1 && (
        <>
          <MenuSeparator />
          <MenuLabel>{t('devices.microphone')}</MenuLabel>
          <MenuChoices
            value={microphone.device}
            choices={microphone.devices}
            onChoose={microphone.choose}
          />
        </>
      )}
      {camera.devices.length > 1 && (
        <>
          <MenuSeparator />
          <MenuLabel>{t('devices.camera')}</MenuLabel>
          <MenuChoices value={camera.device} choices={camera.devices} onChoose={camera.choose} />
        </>
      )}
      {output && output.devices.length > 1 && (
        <>
          <MenuSeparator />
          <MenuLabel>{t('meeting.speakerMenu')}</MenuLabel>
          <MenuChoices value={output.device} choices={output.devices} onChoose={output.choose} />
        </>
      )}
    </Menu>
  );
}
