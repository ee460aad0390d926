import type { SlotClock } from '../protocol/messages';
import { align, median, skewOf } from './clocks';
import type { Reading, Targets } from './clocks';
import type { Timers } from './deps';
import type { Slot } from './downstream';

/** Calls f once, with the next frame that is shown. */
export type Frames = (f: (frame: Reading) => void) => void;

const every = 200;
const readings = 3;
// A buffer of pictures does at once what it is asked to; sound is stretched until it does. Right after a jam its buffer is long
// and shrinks by a tenth of a second each second: whoever looks less often never catches up.
const takesEffect = { video: 400, audio: 1_000 };
const rest = 600;
// Sound that was played longer ago says nothing of now: silence, or a page that slept.
const fresh = 1_500;
// More than a buffer can hold is a clock gone wrong, not a skew.
const sane = 8_000;

/** Sound and picture of one participant, in two slots. */
interface Pair {
  audio: Slot;
  video: Slot;
  key: string;
  skews: number[];
  targets: Targets;
  before: Held | undefined;
  /** It has only just begun, or begun anew. */
  fresh: boolean;
  reading: boolean;
  /** What is read earlier than this is of a change under way. */
  from: number;
}

/** What two jitter buffers have held since the connection began. */
interface Held {
  audio: Total;
  video: Total;
}

interface Total {
  /** Seconds, times samples or frames. */
  delay: number;
  emitted: number;
}

/**
 * Keeps what one hears of a participant in time with what one sees. Browsers do that only for tracks of one stream,
 * and a slot's stream is for all that pass through it; so the server says by its clock what the slots' timestamps mean.
 */
export class LipSync {
  private readonly timers: Timers;
  private readonly slots: () => readonly Slot[];
  private readonly clocks = new Map<string, SlotClock>();
  private readonly shown = new Map<MediaStream, Frames>();
  private pairs: Pair[] = [];
  private cancel: () => void = () => {};

  constructor(timers: Timers, slots: () => readonly Slot[]) {
    this.timers = timers;
    this.slots = slots;
    this.again();
  }

  /** Says where the frames of a stream can be seen; returns a function that takes it back. */
  watch(stream: MediaStream, frames: Frames): () => void {
    this.shown.set(stream, frames);
    return () => {
      if (this.shown.get(stream) === frames) this.shown.delete(stream);
    };
  }

  /** Applies `slots:clock`. */
  set(clocks: readonly SlotClock[]): void {
    for (const clock of clocks) {
      this.clocks.set(clock.mid, clock);
      for (const pair of this.pairs) {
        if (pair.audio.mid !== clock.mid && pair.video.mid !== clock.mid) continue;
        restart(pair);
        pair.fresh = true;
      }
    }
  }

  /** Slots have come to carry something else: what they held back was for somebody else. */
  changed(): void {
    const before = this.pairs;
    const known = new Map(before.map((pair) => [pair.key, pair]));
    this.pairs = pairsOf(this.slots()).map((pair) => known.get(pair.key) ?? pair);
    const kept = new Set(this.pairs);
    for (const { audio, video } of before.filter((pair) => !kept.has(pair))) {
      hold(audio, null);
      hold(video, null);
    }
    for (const pair of this.pairs) apply(pair);
  }

  /** The connection is another one: its clocks and streams begin anew. */
  forget(): void {
    this.clocks.clear();
    this.pairs = [];
  }

  close(): void {
    this.cancel();
    this.forget();
  }

  private again(): void {
    this.cancel = this.timers.after(every, () => {
      for (const pair of this.pairs) void this.look(pair);
      this.again();
    });
  }

  private async look(pair: Pair): Promise<void> {
    if (pair.reading) return;
    pair.reading = true;
    await this.read(pair).finally(() => (pair.reading = false));
  }

  private async read(pair: Pair): Promise<void> {
    const videoClock = this.clocks.get(pair.video.mid);
    const audioClock = this.clocks.get(pair.audio.mid);
    const frames = this.shown.get(pair.video.stream);
    if (!videoClock || !audioClock || !frames || this.timers.now() < pair.from) return;
    pair.before ??= await heldBy(pair);
    const frame = await nextFrame(frames, this.timers);
    const sound = heardLast(pair.audio);
    const now = this.timers.now();
    const usable = [frame, sound].every((each) => each && Math.abs(now - each.at) < fresh);
    if (!frame || !sound || !usable || !this.pairs.includes(pair)) return;
    const skew = skewOf(
      { clock: videoClock, reading: frame },
      { clock: audioClock, reading: sound },
    );
    if (Math.abs(skew) > sane) return;
    pair.skews.push(skew);
    if (pair.skews.length >= readings) await this.settle(pair);
  }

  private async settle(pair: Pair): Promise<void> {
    const skew = median(pair.skews);
    const { before } = pair;
    const now = await heldBy(pair);
    restart(pair);
    if (before === undefined || !this.pairs.includes(pair)) return;
    const delay = {
      video: meanDelay(before.video, now.video),
      audio: meanDelay(before.audio, now.audio),
    };
    const next = align(skew, pair.targets, delay, pair.fresh);
    pair.fresh = false;
    pair.from = this.timers.now() + rest;
    if (next === null) return;
    const changed = next.audio === pair.targets.audio ? 'video' : 'audio';
    pair.from = this.timers.now() + takesEffect[changed];
    pair.targets = next;
    apply(pair);
  }
}

function restart(pair: Pair): void {
  pair.skews = [];
  pair.before = undefined;
}

/** The audio slots that carry somebody whose picture is in a slot too. */
function pairsOf(slots: readonly Slot[]): Pair[] {
  return slots.flatMap((audio) => {
    const source = audio.assigned?.source;
    if (source !== 'microphone' && source !== 'screen-audio') return [];
    const picture = source === 'microphone' ? 'camera' : 'screen';
    const video = slots.find(
      ({ assigned }) =>
        assigned?.participant === audio.assigned?.participant && assigned?.source === picture,
    );
    if (video === undefined) return [];
    const key = [audio, video].map(({ mid, assigned }) => `${mid} ${assigned?.number}`).join(' ');
    const targets = { video: null, audio: null };
    const nothing = { skews: [], before: undefined, from: 0, fresh: true, reading: false };
    return [{ audio, video, key, targets, ...nothing }];
  });
}

function apply({ audio, video, targets }: Pair): void {
  hold(audio, targets.audio);
  hold(video, targets.video);
}

function hold(slot: Slot, milliseconds: number | null): void {
  const { receiver } = slot.transceiver;
  if (!('jitterBufferTarget' in receiver) || receiver.jitterBufferTarget === milliseconds) return;
  receiver.jitterBufferTarget = milliseconds;
}

function heardLast(slot: Slot): Reading | undefined {
  const [source] = slot.transceiver.receiver.getSynchronizationSources();
  return source && { rtp: source.rtpTimestamp, at: source.timestamp };
}

/** Undefined if none is shown in time: a picture that stands still cannot be out of time. */
function nextFrame(frames: Frames, timers: Timers): Promise<Reading | undefined> {
  return new Promise((resolve) => {
    const cancel = timers.after(fresh, () => resolve(undefined));
    frames((frame) => {
      cancel();
      resolve(frame);
    });
  });
}

async function heldBy({ audio, video }: Pair): Promise<Held> {
  const [forAudio, forVideo] = await Promise.all([totalOf(audio), totalOf(video)]);
  return { audio: forAudio, video: forVideo };
}

async function totalOf(slot: Slot): Promise<Total> {
  const total = { delay: 0, emitted: 0 };
  const stats = await slot.transceiver.receiver.getStats();
  stats.forEach((report: RTCInboundRtpStreamStats) => {
    if (report.type !== 'inbound-rtp') return;
    total.delay = report.jitterBufferDelay ?? 0;
    total.emitted = report.jitterBufferEmittedCount ?? 0;
  });
  return total;
}

function meanDelay(before: Total, now: Total): number {
  const emitted = now.emitted - before.emitted;
  return emitted > 0 ? ((now.delay - before.delay) / emitted) * 1000 : 0;
}
