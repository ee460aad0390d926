import { useEffect, useRef } from 'react';
import type { DeviceChoice } from '../../state/devices';

const worn = /head(set|phone)|air ?pods|ear(phone|piece)|hands-?free|buds|bluetooth/i;

/** A device that somebody puts on to be in a call with. */
export function isHeadset(label: string): boolean {
  return worn.test(label);
}

export interface Follow {
  /** A headset that has just come. */
  take?: DeviceChoice;
  /** What was used before the headset that has just gone. */
  back?: DeviceChoice;
}

/** What a change of the devices asks for. `before` is empty as long as the browser has named none. */
export function follow(
  before: readonly DeviceChoice[],
  now: readonly DeviceChoice[],
  current: string | undefined,
  former: string | undefined,
): Follow {
  const was = new Set(before.map(({ value }) => value));
  const come = now.find((each) => !was.has(each.value) && isHeadset(each.label));
  if (before.length > 0 && come && come.value !== current) return { take: come };
  const gone =
    current !== undefined && was.has(current) && !now.some(({ value }) => value === current);
  if (!gone) return {};
  const back = now.find(({ value }) => value === former) ?? now[0];
  return back ? { back } : {};
}

/** Goes over to a headset that is put on, and back when it goes. */
export function useHeadset(
  devices: readonly DeviceChoice[],
  current: string | undefined,
  use: (device: DeviceChoice, came: boolean, former: DeviceChoice | undefined) => void,
): void {
  const before = useRef<readonly DeviceChoice[]>([]);
  const former = useRef<string>(undefined);
  useEffect(() => {
    const was = before.current;
    before.current = devices;
    const { take, back } = follow(was, devices, current, former.current);
    if (take) {
      former.current = current;
      use(
        take,
        true,
        devices.find(({ value }) => value === current),
      );
    } else if (back) {
      former.current = undefined;
      use(back, false, undefined);
    }
    // Only a change of the devices asks for anything.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [devices]);
}
