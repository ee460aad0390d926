import type { CallState, CallStats } from '../../call';
import type { QualityChanged, SlotQuality } from '../../protocol/messages';

/** How a direction does; bars are drawn only for what is not good. */
export type Level = 'good' | 'fair' | 'poor';

export function levelOf(score: number): Level {
  if (score >= 70) return 'good';
  return score >= 40 ? 'fair' : 'poor';
}

/** What the server says of a picture, taken apart so that it can be said in the reader's language. */
export type Reason =
  | { kind: 'met' | 'small' | 'settling' | 'notSent' | 'saver' | 'audioOnly' | 'hidden' }
  | { kind: 'link' | 'paused'; rate: number }
  | { kind: 'other'; text: string };

const sentences: Record<string, 'met' | 'small' | 'notSent' | 'saver' | 'audioOnly' | 'hidden'> = {
  '': 'met',
  'wish is met': 'met',
  'tile is small': 'small',
  'layer is not sent by the publisher': 'notSent',
  'data saver': 'saver',
  'audio only': 'audioOnly',
  'not visible': 'hidden',
};

/** What it does not know it hands on as it is. */
export function reasonOf(quality: Pick<SlotQuality, 'reason' | 'paused'>): Reason {
  const { reason } = quality;
  const link = /link carries (\d+) kbit\/s(.*)$/.exec(reason);
  if (link) {
    const rate = Number(link[1]) * 1000;
    if (quality.paused || reason.startsWith('paused')) return { kind: 'paused', rate };
    return link[2] ? { kind: 'settling' } : { kind: 'link', rate };
  }
  const kind = sentences[reason];
  return kind ? { kind } : { kind: 'other', text: reason };
}

/** Whose side keeps a picture from being better. */
export type Side = 'theirs' | 'yours' | 'none';

export interface PictureQuality {
  level: Level;
  side: Side;
  reason: Reason;
  /** Nothing is sent for want of bandwidth. */
  paused: boolean;
}

const fine: PictureQuality = {
  level: 'good',
  side: 'none',
  reason: { kind: 'met' },
  paused: false,
};

/** How somebody's picture does, and whose side it is: first what our link says, then their score. */
export function pictureQuality(
  quality: QualityChanged | undefined,
  participant: string,
  slot: SlotQuality | undefined,
): PictureQuality {
  if (quality === undefined) return fine;
  const reason = slot ? reasonOf(slot) : fine.reason;
  const paused = slot?.paused ?? false;
  if (paused) return { level: 'poor', side: 'yours', reason, paused };
  if (reason.kind === 'link' || reason.kind === 'settling') {
    const level = levelOf(quality.down);
    return { level: level === 'good' ? 'fair' : level, side: 'yours', reason, paused };
  }
  const theirs = levelOf(quality.others[participant] ?? 100);
  return { level: theirs, side: theirs === 'good' ? 'none' : 'theirs', reason, paused };
}

export type Direction = 'up' | 'down';

/** Our own connection: how it does, and which way is the worse one. A direction that is not in use says nothing. */
export function ownQuality(
  state: Pick<CallState, 'quality' | 'connection' | 'camera' | 'microphone' | 'screen'>,
): { level: Level; worse: Direction | 'none' } | undefined {
  const { quality, connection } = state;
  if (quality === undefined) return undefined;
  const sends = state.camera.on || state.microphone.on || state.screen.on;
  const up = sends && connection.up === 'connected' ? quality.up : 100;
  const down = connection.down === 'connected' ? quality.down : 100;
  const level = levelOf(Math.min(up, down));
  return { level, worse: level === 'good' ? 'none' : up < down ? 'up' : 'down' };
}

/** All of it for somebody who helps: whose side is bad, why each picture is as it is, and the figures below. */
export function qualityReport(state: CallState, stats: CallStats | undefined) {
  const pictures = (state.quality?.slots ?? []).map((slot) => {
    const shown = stats?.down.find(({ mid }) => mid === slot.mid);
    const participant = shown?.participant ?? '';
    return { ...pictureQuality(state.quality, participant, slot), mid: slot.mid, participant };
  });
  return { own: ownQuality(state), pictures, quality: state.quality, stats };
}
