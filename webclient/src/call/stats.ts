import { heard } from './downstream';
import type { Slot } from './downstream';
import type { SendStats, SlotStats } from './state';

type Report = Record<string, unknown> & { type: string };

function reports(all: RTCStatsReport | undefined, type: string): Report[] {
  const found: Report[] = [];
  all?.forEach((report: Report) => {
    if (report.type === type) found.push(report);
  });
  return found;
}

function number(report: Report | undefined, name: string): number {
  const value = report?.[name];
  return typeof value === 'number' ? value : 0;
}

/** Every slot, whether it receives anything or not. */
export function slotStats(slots: Slot[], all: RTCStatsReport | undefined): SlotStats[] {
  const byMid = new Map(
    reports(all, 'inbound-rtp').map((report) => [String(report['mid']), report]),
  );
  return slots.map((slot) => {
    const report = byMid.get(slot.mid);
    return {
      mid: slot.mid,
      kind: slot.kind,
      participant: slot.assigned?.participant ?? '',
      source: slot.assigned?.source ?? '',
      number: slot.assigned?.number ?? 0,
      heard: heard(slot),
      packetsReceived: number(report, 'packetsReceived'),
      bytesReceived: number(report, 'bytesReceived'),
      packetsLost: number(report, 'packetsLost'),
      framesDecoded: number(report, 'framesDecoded'),
      keyFramesDecoded: number(report, 'keyFramesDecoded'),
      framesDropped: number(report, 'framesDropped'),
      frameWidth: number(report, 'frameWidth'),
      frameHeight: number(report, 'frameHeight'),
      freezeCount: number(report, 'freezeCount'),
      totalFreezesDuration: number(report, 'totalFreezesDuration'),
      pliCount: number(report, 'pliCount'),
      nackCount: number(report, 'nackCount'),
      audioLevel: number(report, 'audioLevel'),
      totalAudioEnergy: number(report, 'totalAudioEnergy'),
      concealedSamples: number(report, 'concealedSamples'),
    };
  });
}

export function sendStats(
  all: RTCStatsReport | undefined,
  sourceOf: (mid: string) => string | undefined,
): SendStats[] {
  return reports(all, 'outbound-rtp').map((report) => {
    const mid = String(report['mid'] ?? '');
    return {
      mid,
      source: sourceOf(mid) ?? '',
      rid: String(report['rid'] ?? ''),
      active: report['active'] !== false,
      packetsSent: number(report, 'packetsSent'),
      bytesSent: number(report, 'bytesSent'),
      framesEncoded: number(report, 'framesEncoded'),
      keyFramesEncoded: number(report, 'keyFramesEncoded'),
      frameWidth: number(report, 'frameWidth'),
      frameHeight: number(report, 'frameHeight'),
    };
  });
}

/** Of the candidate pair in use, in seconds. */
export function roundTripTime(all: RTCStatsReport | undefined): number | undefined {
  const pair = reports(all, 'candidate-pair').find((report) => report['nominated'] === true);
  const value = pair?.['currentRoundTripTime'];
  return typeof value === 'number' ? value : undefined;
}
