import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceState } from '../../call';
import { useDevices } from '../../state/devices';
import { keep, kept } from '../../state/kept';
import type { Switch } from '../../ui/ControlBar';
import { useToast } from '../../ui/Toast';
import { useCall } from './call';
import { useHeadset } from './headset';

/** Microphone or camera as the bar shows it; says in words why one did not start, or may not. */
export function useDeviceSwitch(
  kind: 'microphone' | 'camera',
  state: DeviceState,
  allowed: boolean,
): Switch {
  const { t } = useTranslation();
  const call = useCall();
  const toast = useToast();
  const devices = useDevices(kind === 'camera' ? 'videoinput' : 'audioinput', state.on);

  const told = useRef(state.problem);
  useEffect(() => {
    if (state.problem === told.current) return;
    told.current = state.problem;
    if (state.problem !== undefined) toast(t(`trouble.${state.problem}.title.${kind}`));
  }, [state.problem, kind, t, toast]);

  const blocked = !allowed && !state.on;
  const toggle = () => {
    told.current = undefined;
    if (blocked) toast(t(`meeting.blocked.${kind}`));
    else void (kind === 'camera' ? call.setCamera(!state.on) : call.setMicrophone(!state.on));
  };
  const change = (deviceId: string) => {
    keep(`${kind}.device`, deviceId);
    void (kind === 'camera' ? call.useCamera(deviceId) : call.useMicrophone(deviceId));
  };
  const wanted = kept(`${kind}.device`);
  const device = devices.find((each) => each.value === wanted) ?? devices[0];

  useHeadset(
    kind === 'microphone' ? devices : none,
    wanted ?? device?.value,
    (next, came, former) => {
      change(next.value);
      if (!state.on) return;
      toast(
        t(came ? 'headset.taken' : 'headset.back', { device: next.label }),
        came && former ? { text: t('headset.undo'), act: () => change(former.value) } : undefined,
      );
    },
  );
  return {
    on: state.on,
    busy: state.busy,
    blocked,
    toggle,
    device: device?.value,
    devices,
    choose: change,
  };
}

const none: never[] = [];
