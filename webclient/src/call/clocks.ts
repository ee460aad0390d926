import type { SlotClock } from '../protocol/messages';

/** A frame or a sound at the moment at which it came out. */
export interface Reading {
  /** RTP timestamp of what was played or shown. */
  rtp: number;
  /** When, in milliseconds since 1970 by this machine's clock. */
  at: number;
}

/**
 * The moment of capture of what comes out at `now`, by the server's clock in milliseconds. `rate` is the RTP clock in
 * Hz. RTP timestamps wrap, so the pair must not be older than half a turn: 6 hours for pictures.
 */
export function captureAt(clock: SlotClock, reading: Reading, rate: number, now: number): number {
  const ticks = (reading.rtp - clock.rtp) | 0;
  return clock.ntp + (ticks / rate) * 1000 + (now - reading.at);
}

/** How far the picture is ahead of the sound in milliseconds; negative if the sound is ahead. */
export function skewOf(
  video: { clock: SlotClock; reading: Reading },
  audio: { clock: SlotClock; reading: Reading },
): number {
  const now = Math.max(video.reading.at, audio.reading.at);
  return (
    captureAt(video.clock, video.reading, 90_000, now) -
    captureAt(audio.clock, audio.reading, 48_000, now)
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What a jitter buffer is asked to hold, in milliseconds; null leaves it to the browser. */
export interface Targets {
  video: number | null;
  audio: number | null;
}

// Nobody sees or hears less than this, and what drifts is noticed before anybody does.
const unnoticed = 30;
// A larger jump of the buffer counts as a freeze of the picture. Far out of time that is the lesser evil.
const step = 120;
const share = 0.5;
// A picture may wait; a conversation in which the sound waits for a slow picture is none.
const atMost = { video: 4_000, audio: 600 };
// Below this a target says no more than the browser does by itself.
const released = 10;

/**
 * The next targets for a skew: first the one that was held back too much is let go, then the one that is ahead is
 * held back: a picture a step at a time, or in one if it is `fresh`, for who sees it begin takes no freeze for one. `delay` is
 * what the buffers hold now. Null if nothing is to change.
 *
 * A picture whose packets come late waits for less than its target: the target counts from when they should have come.
 * So the next target is counted from the last one, not from what the buffer holds.
 */
export function align(
  skew: number,
  targets: Targets,
  delay: { video: number; audio: number },
  fresh = false,
): Targets | null {
  if (Math.abs(skew) <= unnoticed) return null;
  const [ahead, behind] = skew > 0 ? (['video', 'audio'] as const) : (['audio', 'video'] as const);
  const held = targets[behind];
  if (held !== null) {
    const less = Math.round(held - Math.abs(skew));
    return { ...targets, [behind]: less > released ? less : null };
  }
  const all = fresh || ahead === 'audio';
  const size = all
    ? Math.abs(skew)
    : Math.min(Math.abs(skew), Math.max(step, share * Math.abs(skew)));
  const from = Math.max(delay[ahead], targets[ahead] ?? 0);
  const next = Math.min(atMost[ahead], Math.round(from + size));
  if (next === targets[ahead]) return null;
  return { ...targets, [ahead]: next };
}
