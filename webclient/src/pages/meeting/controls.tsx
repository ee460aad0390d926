import { useTranslation } from 'react-i18next';
import type { ControlBarProps } from '../../ui/ControlBar';
import { useToast } from '../../ui/Toast';
import { useCall, useCallState } from './call';
import { useDeviceSwitch } from './deviceSwitch';
import { isHost } from './people';
import { usePushToTalk } from './pushToTalk';

/** What our own switches do, and whether a host lets us. */
export function useOwnControls(): Pick<
  ControlBarProps,
  'microphone' | 'camera' | 'share' | 'hand'
> & {
  mayReact: boolean;
  talking: boolean;
} {
  const { t } = useTranslation();
  const call = useCall();
  const toast = useToast();
  const state = useCallState(call);
  const { participants, permissions, self = '' } = state;
  const host = isHost(participants.find(({ id }) => id === self)?.role);

  const microphone = useDeviceSwitch('microphone', state.microphone, host || permissions.unmute);
  const camera = useDeviceSwitch('camera', state.camera, host || permissions.camera);
  const { talking } = usePushToTalk(
    !state.microphone.on,
    (on) => void call.setMicrophone(on),
    host || permissions.unmute,
  );
  const maySend = host || permissions.share;
  const canShare = navigator.mediaDevices?.getDisplayMedia !== undefined;

  async function share() {
    if (state.screen.on) return call.stopShare();
    if (!maySend) return toast(t('meeting.blocked.share'));
    await call.shareScreen();
    const { on, hasAudio } = call.getState().screen;
    // Said once, since most people find out too late.
    if (on && !hasAudio) toast(t('share.noSound'));
  }

  const up = state.hands.includes(self);
  return {
    microphone,
    camera,
    share: canShare
      ? { on: state.screen.on, busy: state.screen.busy, toggle: () => void share() }
      : undefined,
    hand: { up, toggle: () => call.raiseHand(!up) },
    mayReact: host || permissions.reactions,
    talking,
  };
}
