import type { CallState, CallStats, SlotStats } from '../../call';
import type { Participant, QualityChanged, SlotQuality } from '../../protocol/messages';

export function slotOf(participant: string): string {
  return participant.slice(1);
}

const reasons: [number, string, boolean][] = [
  [360, 'link carries 800 kbit/s', false],
  [180, 'wish is met', false],
  [180, 'link carries 800 kbit/s', false],
  [0, 'paused: link carries 800 kbit/s', true],
  [180, 'tile is small', false],
];

/** What a server would say: `poor` is a bad link, `up` a bad way up; everybody's second neighbour is badly off. */
export function showcaseQuality(
  participants: Participant[],
  self: string,
  poor: string | null,
): QualityChanged {
  const down = poor !== null && poor !== 'up';
  const slots: SlotQuality[] = participants
    .filter(({ id }) => id !== self)
    .map(({ id }, i) => {
      const [height, reason, paused] = down ? reasons[i % reasons.length]! : [540, '', false];
      return { mid: slotOf(id), height, reason, paused } as SlotQuality;
    });
  return {
    up: poor === 'up' ? 32 : 94,
    down: down ? 28 : 97,
    estimate: down ? 800_000 : 9_400_000,
    slots,
    others: Object.fromEntries(
      participants.map(({ id }) => [id, poor !== null && id === 'p1' ? 30 : 95]),
    ),
  };
}

const nothing: SlotStats = {
  mid: '',
  kind: 'video',
  participant: '',
  source: '',
  number: 0,
  heard: 0,
  packetsReceived: 0,
  bytesReceived: 0,
  packetsLost: 0,
  framesDecoded: 0,
  keyFramesDecoded: 0,
  framesDropped: 0,
  frameWidth: 0,
  frameHeight: 0,
  freezeCount: 0,
  totalFreezesDuration: 0,
  pliCount: 0,
  nackCount: 0,
  audioLevel: 0,
  totalAudioEnergy: 0,
  concealedSamples: 0,
  framesPerSecond: 0,
  jitterBufferDelay: 0,
  jitterBufferEmittedCount: 0,
  codec: '',
};

/** Bytes that have flowed by a moment, so that the rate moves a little. */
function flowed(rate: number, at: number, phase: number): number {
  const seconds = at / 1000;
  return Math.round(
    (rate / 8) *
      (seconds + Math.sin(seconds / 2 + phase) / 4 + Math.sin(seconds * 1.7 + phase) / 7),
  );
}

export function showcaseStats(state: CallState, at: number): CallStats {
  const slots = state.quality?.slots ?? [];
  const slow = (state.quality?.up ?? 100) < 40;
  return {
    at,
    offers: { up: 1, down: 1 },
    roundTripTime: 0.038,
    path: { protocol: 'UDP', relayed: false },
    up: !state.camera.on
      ? []
      : [
          {
            mid: '0',
            source: 'camera',
            rid: '',
            active: true,
            packetsSent: 0,
            bytesSent: flowed(slow ? 240_000 : 1_800_000, at, 1),
            framesEncoded: 0,
            keyFramesEncoded: 0,
            frameWidth: slow ? 320 : 1280,
            frameHeight: slow ? 180 : 720,
            framesPerSecond: slow ? 15 : 30,
            codec: 'VP9',
            scalabilityMode: slow ? 'L1T3' : 'L3T3_KEY',
            limitedBy: slow ? 'bandwidth' : 'none',
          },
        ],
    down: slots.map((slot, i) => {
      const badly = (state.quality?.others[`p${slot.mid}`] ?? 100) < 40;
      const height = badly ? Math.min(180, slot.height) : slot.height;
      return {
        ...nothing,
        mid: slot.mid,
        participant: `p${slot.mid}`,
        source: 'camera',
        number: i + 1,
        codec: 'VP8',
        packetsReceived: Math.round(at / 10),
        packetsLost: Math.round(at / 5000),
        bytesReceived: flowed(
          badly ? 110_000 : height * height * (state.quality!.down < 40 ? 1.2 : 3),
          at,
          i,
        ),
        frameWidth: Math.round((height * 16) / 9),
        frameHeight: height,
        framesPerSecond: 30,
      };
    }),
  };
}
