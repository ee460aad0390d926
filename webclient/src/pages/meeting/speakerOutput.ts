import { useState } from 'react';
import { useDevices } from '../../state/devices';
import { keep, kept } from '../../state/kept';
import type { Output } from '../../ui/ControlBar';

/** Where sound comes out. Undefined where the browser does not let us choose, or there is nothing to choose from. */
export function useSpeakerOutput(again: unknown): { sink: string; output: Output | undefined } {
  const devices = useDevices('audiooutput', again);
  const [wanted, setWanted] = useState(() => kept('speaker.device') ?? '');
  const can = 'setSinkId' in HTMLMediaElement.prototype;
  const there = can && devices.some((each) => each.value === wanted);
  const sink = there ? wanted : '';
  const choose = (deviceId: string) => {
    keep('speaker.device', deviceId);
    setWanted(deviceId);
  };
  const device = there ? wanted : devices[0]?.value;
  return { sink, output: can && devices.length > 0 ? { device, devices, choose } : undefined };
}
