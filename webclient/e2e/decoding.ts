import { expect } from '@playwright/test';
import type { Person } from './person';

/** What the browser says of the decoder behind one slot: counters since the slot was opened. */
export interface Decoding {
  /** Of the report, in milliseconds. */
  at: number;
  decoder: string;
  framesReceived: number;
  framesDecoded: number;
  framesDropped: number;
  keyFramesDecoded: number;
  pliCount: number;
  firCount: number;
  freezeCount: number;
  /** In seconds. */
  totalFreezesDuration: number;
}

/** Frames that stand between arriving and being decoded at the moment of a report. */
const underWay = 8;

/** Reads the report below the engine. */
export async function decoding(viewer: Person, mid: string): Promise<Decoding> {
  const found = await viewer.page.evaluate(async (mid) => {
    for (const connection of window.__connections ?? []) {
      if (connection.connectionState !== 'connected') continue;
      for (const [, report] of await connection.getStats()) {
        if (report.type === 'inbound-rtp' && report.kind === 'video' && report.mid === mid) {
          return report as Record<string, unknown>;
        }
      }
    }
    return undefined;
  }, mid);
  if (found === undefined) throw new Error(`${viewer.name} receives nothing in slot ${mid}`);
  const number = (name: string) => Number(found[name] ?? 0);
  return {
    at: number('timestamp'),
    decoder: String(found['decoderImplementation'] ?? ''),
    framesReceived: number('framesReceived'),
    framesDecoded: number('framesDecoded'),
    framesDropped: number('framesDropped'),
    keyFramesDecoded: number('keyFramesDecoded'),
    pliCount: number('pliCount'),
    firCount: number('firCount'),
    freezeCount: number('freezeCount'),
    totalFreezesDuration: number('totalFreezesDuration'),
  };
}

/** Goes on watching a slot for some frames, as somebody does who has found the face. */
export async function watchFrames(viewer: Person, mid: string, frames: number): Promise<Decoding> {
  const before = await decoding(viewer, mid);
  let last = before;
  await expect
    .poll(
      async () => {
        last = await decoding(viewer, mid);
        return last.framesDecoded;
      },
      {
        timeout: 60_000,
        intervals: [500],
        message: `${viewer.name} decodes ${frames} more frames`,
      },
    )
    .toBeGreaterThanOrEqual(before.framesDecoded + frames);
  return last;
}

/**
 * Nothing failed in the decoder from one report to the next: what arrived whole was decoded or, on a busy machine,
 * dropped in time, and the decoder, which asks for a key frame whenever it cannot go on, asked for none.
 */
export function expectNoDecoderError(before: Decoding, after: Decoding): void {
  const received = after.framesReceived - before.framesReceived;
  const decoded = after.framesDecoded - before.framesDecoded;
  const dropped = after.framesDropped - before.framesDropped;
  const said = JSON.stringify({ before, after });
  expect(received - decoded - dropped, `frames that failed; ${said}`).toBeLessThan(underWay);
  expect(after.pliCount, `picture losses reported; ${said}`).toBe(before.pliCount);
  expect(after.firCount, `key frames demanded; ${said}`).toBe(before.firCount);
  expect(after.decoder, 'the decoder').toBe(before.decoder);
}

/** For people who read the log. How long a picture stood still says as much of the machine as of the server. */
export function describeFreezes(before: Decoding, after: Decoding): string {
  const seconds = (after.at - before.at) / 1000;
  const frozen = after.totalFreezesDuration - before.totalFreezesDuration;
  const freezes = after.freezeCount - before.freezeCount;
  const frames = after.framesDecoded - before.framesDecoded;
  return `${frames} frames in ${seconds.toFixed(1)} s, ${freezes} freezes of ${frozen.toFixed(1)} s together`;
}
