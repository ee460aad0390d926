import type { Page } from '@playwright/test';
import { clapper } from './clapper';

/** A picture as it was shown. */
export interface Seen {
  /** By the page's clock, in milliseconds. */
  at: number;
  /** What its bar code says; undefined if it cannot be read. */
  code: { time: number; who: number } | undefined;
  /** Whose tile it was shown in; empty outside of one. */
  participant: string;
  /** In lines. */
  height: number;
}

/** A note as it was played. */
export interface Heard {
  /** By the page's clock, in milliseconds. */
  at: number;
  /** Which of the notes. */
  note: number;
}

export interface Observed {
  seen: Seen[];
  heard: Heard[];
  /** When something was clicked, by the page's clock, in milliseconds. */
  clicks: number[];
}

declare global {
  /** Of Chromium; the DOM library has no word for it. */
  class MediaStreamTrackProcessor {
    constructor(init: { track: MediaStreamTrack });
    readonly readable: ReadableStream<AudioData>;
  }
  interface Window {
    __observed?: Observed;
  }
}

/** Notes from now on what the page shows in the video elements that match, those to come too. */
export async function observePictures(page: Page, videos: string): Promise<void> {
  await page.evaluate(look, videos);
}

/** Notes from now on what the page plays of the audio element's stream, when it is handed over to the loudspeaker. */
export async function observeSound(page: Page, audio: string): Promise<void> {
  await page.evaluate(listen, { ...clapper, audio });
}

export async function observed(page: Page): Promise<Observed> {
  return page.evaluate(() => window.__observed ?? { seen: [], heard: [], clicks: [] });
}

function look(videos: string): void {
  const log = (window.__observed ??= { seen: [], heard: [], clicks: [] });
  const canvas = document.createElement('canvas');
  const [across, down] = [24 * 4, 4];
  canvas.width = across;
  canvas.height = down;
  const brush = canvas.getContext('2d', { willReadFrequently: true })!;

  /** Null if there was nothing to draw yet: a new element may say that it shows a picture a moment before it does. */
  const read = (element: HTMLVideoElement): Seen['code'] | null => {
    const { videoWidth, videoHeight } = element;
    brush.clearRect(0, 0, across, down);
    brush.drawImage(element, 0, 0, videoWidth, videoHeight / 4, 0, 0, across, down);
    const { data } = brush.getImageData(0, 2, across, 1);
    if (data[3] === 0) return null;
    let code = 0;
    let check = 0b1010;
    for (let i = 0; i < 24; i++) {
      // Green of the two points in the middle of the cell.
      const at = (4 * i + 1) * 4 + 1;
      code = (code << 1) | (data[at]! + data[at + 4]! > 255 ? 1 : 0);
    }
    for (let i = 4; i < 24; i += 4) check ^= (code >> i) & 15;
    return check === (code & 15) ? { time: code >> 8, who: (code >> 4) & 15 } : undefined;
  };

  const known = new WeakSet<HTMLVideoElement>();
  const follow = (element: HTMLVideoElement) => {
    const next = () =>
      element.requestVideoFrameCallback((_, { presentationTime, height }) => {
        const participant = element.closest('article')?.dataset['participant'] ?? '';
        const code = read(element);
        if (code !== null) log.seen.push({ at: presentationTime, code, participant, height });
        next();
      });
    known.add(element);
    next();
  };
  const find = () => {
    for (const element of document.querySelectorAll<HTMLVideoElement>(videos)) {
      if (!known.has(element)) follow(element);
    }
  };
  find();
  new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
  addEventListener('click', () => log.clicks.push(performance.now()), true);
}

function listen(set: typeof clapper & { audio: string }): void {
  const log = (window.__observed ??= { seen: [], heard: [], clicks: [] });
  const element = document.querySelector<HTMLAudioElement>(set.audio);
  const [track] = (element?.srcObject as MediaStream | null)?.getAudioTracks() ?? [];
  if (track === undefined) throw new Error(`no track in ${set.audio}`);
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  const offsets: number[] = [];
  let quiet = 0;
  let begun: { at: number; samples: number; rises: number[] } | undefined;
  let last = 0;

  const take = (sample: number, at: number, rate: number) => {
    const loud = Math.abs(sample) > 0.08;
    if (loud && quiet > 0.3 * rate) begun = { at, samples: 0, rises: [] };
    quiet = loud ? 0 : quiet + 1;
    if (begun === undefined) return;
    const into = begun.samples++ / rate;
    // Where between two samples it crossed zero.
    if (last <= 0 && sample > 0) begun.rises.push(begun.samples - sample / (sample - last));
    last = sample;
    if (into < 0.06) return;
    // A part of the note may have been made up for a packet that was late.
    const { rises } = begun;
    const periods = rises
      .slice(1)
      .map((rise, i) => rise - rises[i]!)
      .sort((a, b) => a - b);
    const pitch = rate / (periods[periods.length >> 1] ?? Infinity);
    log.heard.push({ at: begun.at, note: Math.round((pitch - set.lowest) / set.apart) });
    begun = undefined;
  };

  const next = async (): Promise<void> => {
    const { value, done } = await reader.read();
    if (done) return;
    const stamp = value.timestamp / 1000;
    // Sound has a clock of its own; the piece that came here fastest says how far it is from the page's.
    offsets.push(performance.now() - stamp);
    if (offsets.length > 1000) offsets.shift();
    const offset = Math.min(...offsets);
    const { sampleRate, numberOfFrames } = value;
    const samples = new Float32Array(numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    value.close();
    samples.forEach((sample, i) =>
      take(sample, stamp + offset + (i / sampleRate) * 1000, sampleRate),
    );
    return next();
  };
  void next();
}
