import { useEffect, useState } from 'react';
import { kept } from './kept';

export interface DeviceChoice {
  value: string;
  label: string;
}

/** The cameras or microphones that the browser names; it names none before the first permission. */
export function useDevices(kind: MediaDeviceInfo['kind'], again: unknown): DeviceChoice[] {
  const [choices, setChoices] = useState<DeviceChoice[]>([]);
  useEffect(() => {
    const media = navigator.mediaDevices;
    if (media === undefined) return;
    let current = true;
    const read = () => {
      media
        .enumerateDevices()
        .then((all) => current && setChoices(named(all, kind)))
        .catch(() => {});
    };
    read();
    media.addEventListener('devicechange', read);
    return () => {
      current = false;
      media.removeEventListener('devicechange', read);
    };
  }, [kind, again]);
  return choices;
}

function named(all: MediaDeviceInfo[], kind: MediaDeviceInfo['kind']): DeviceChoice[] {
  return all
    .filter((each) => each.kind === kind && each.deviceId !== '' && each.label !== '')
    .map((each) => ({ value: each.deviceId, label: cleanLabel(each.label) }));
}

/** Without the USB ids that Chromium puts behind a name: "Webcam C920 (046d:082d)". */
export function cleanLabel(label: string): string {
  return label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)\s*$/i, '');
}

/** Hands over the device that was chosen at an earlier visit, if it is there. */
export async function prefer(
  kind: 'camera' | 'microphone',
  take: (deviceId: string) => Promise<void>,
): Promise<void> {
  const wanted = kept(`${kind}.device`);
  if (wanted === null || navigator.mediaDevices === undefined) return;
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (devices.some((each) => each.deviceId === wanted)) await take(wanted);
  } catch {
    // Then it is the default device.
  }
}
