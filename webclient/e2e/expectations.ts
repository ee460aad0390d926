import { expect } from '@playwright/test';
import type { Person, Someone } from './person';
import type { SlotStats } from '../src/call';

const media = { timeout: 60_000, intervals: [250, 500, 1_000] };
const calm = { timeout: 30_000, intervals: [1_000] };

/** Frames of somebody's camera or screen are decoded, and more of them all the time. */
export async function expectPicture(
  viewer: Person,
  of: Someone,
  { source = 'camera' as 'camera' | 'screen', height = 1 } = {},
): Promise<SlotStats> {
  let last: SlotStats | undefined;
  await expect
    .poll(
      async () => {
        last = await viewer.slot(of, source);
        // Until the key frame is there, the slot still carries whoever was in it before.
        const carried = last !== undefined && last.heard === last.number;
        return carried && last!.framesDecoded > 0 && last!.frameHeight >= height;
      },
      {
        ...media,
        message: `${viewer.name} sees ${of.name}'s ${source} at ${height} lines or more`,
      },
    )
    .toBe(true);
  const before = last!.framesDecoded;
  await expect
    .poll(async () => (await viewer.slot(of, source))?.framesDecoded ?? 0, {
      ...media,
      message: `${viewer.name} goes on seeing ${of.name}'s ${source}`,
    })
    .toBeGreaterThan(before + 5);
  return (await viewer.slot(of, source))!;
}

/** Sound of somebody arrives with energy in it, and more of it all the time. */
export async function expectSound(
  viewer: Person,
  of: Someone,
  source: 'microphone' | 'screen-audio' = 'microphone',
): Promise<SlotStats> {
  const energy = async () => (await viewer.slot(of, source))?.totalAudioEnergy ?? 0;
  let before = 0;
  await expect
    .poll(
      async () => {
        before = await energy();
        return before;
      },
      { ...media, message: `${viewer.name} hears ${of.name}'s ${source}` },
    )
    .toBeGreaterThan(0);
  await expect
    .poll(energy, { ...media, message: `${viewer.name} goes on hearing ${of.name}'s ${source}` })
    .toBeGreaterThan(before);
  return (await viewer.slot(of, source))!;
}

/** The tile of the one who speaks says so. Syllables come and go, so every moment counts. */
export async function expectSpeaking(viewer: Person, of: Person): Promise<void> {
  await viewer.page.waitForFunction(
    ([id, name]) => {
      const speaking = window.__plenum?.engine.getState().speaking ?? [];
      const tile = document.querySelector(`article[data-source=camera][aria-label="${name}"]`);
      const alone = speaking.length === 1 && speaking[0] === id;
      return alone && tile?.textContent?.includes('Speaking') === true;
    },
    [await of.id(), of.name] as const,
    { polling: 20, timeout: media.timeout },
  );
}

/** A counter stands still for three readings, a second apart. */
export async function expectStill(read: () => Promise<number>, what: string): Promise<void> {
  let last = Number.NaN;
  let still = 0;
  await expect
    .poll(
      async () => {
        const now = await read();
        still = now === last ? still + 1 : 0;
        last = now;
        return still;
      },
      { ...calm, message: `${what} stands still` },
    )
    .toBeGreaterThanOrEqual(2);
}

/** A counter grows from one reading to the next. */
export async function expectGrowing(read: () => Promise<number>, what: string): Promise<void> {
  const before = await read();
  await expect.poll(read, { ...media, message: `${what} grows` }).toBeGreaterThan(before);
}
