import { heard } from './downstream';
import type { Slot } from './downstream';
import type { Path, SendStats, SlotStats } from './state';

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

/** Names of codecs by the id that other reports refer to. */
function codecNames(all: RTCStatsReport | undefined): Map<unknown, string> {
  return new Map(
    reports(all, 'codec').map((report) => [
      report['id'],
      String(report['mimeType'] ?? '').replace(/^\w+\//, ''),
    ]),
  );
}

/** Every slot, whether it receives anything or not. */
export function slotStats(slots: Slot[], all: RTCStatsReport | undefined): SlotStats[] {
  const byMid = new Map(
    reports(all, 'inbound-rtp').map((report) => [String(report['mid']), report]),
  );
  const names = codecNames(all);
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
      framesPerSecond: number(report, 'framesPerSecond'),
      jitterBufferDelay: number(report, 'jitterBufferDelay'),
      jitterBufferEmittedCount: number(report, 'jitterBufferEmittedCount'),
      codec: names.get(report?.['codecId']) ?? '',
    };
  });
}

export function sendStats(
  all: RTCStatsReport | undefined,
  sourceOf: (mid: string) => string | undefined,
): SendStats[] {
  const names = codecNames(all);
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
      framesPerSecond: number(report, 'framesPerSecond'),
      codec: names.get(report['codecId']) ?? '',
      scalabilityMode: String(report['scalabilityMode'] ?? ''),
      limitedBy: limits.find((each) => each === report['qualityLimitationReason']) ?? 'none',
    };
  });
}

const limits = ['none', 'cpu', 'bandwidth', 'other'] as const;

/** Of the candidate pair in use, in seconds. */
export function roundTripTime(all: RTCStatsReport | undefined): number | undefined {
  const pair = pairInUse(all);
  const value = pair?.['currentRoundTripTime'];
  return typeof value === 'number' ? value : undefined;
}

/** By which way the packets go; undefined before there is one. */
export function pathOf(all: RTCStatsReport | undefined): Path | undefined {
  const pair = pairInUse(all);
  const local = reports(all, 'local-candidate').find(({ id }) => id === pair?.['localCandidateId']);
  if (local === undefined) return undefined;
  const relayed = local['candidateType'] === 'relay';
  const protocol = relayed ? local['relayProtocol'] : local['protocol'];
  return { protocol: String(protocol ?? 'udp').toUpperCase(), relayed };
}

// Several pairs may be nominated, those on which nothing comes through among them: the transport knows which one is used.
// Firefox has no transport in its statistics, and marks the pair.
function pairInUse(all: RTCStatsReport | undefined): Report | undefined {
  const pairs = reports(all, 'candidate-pair');
  const chosen = reports(all, 'transport')[0]?.['selectedCandidatePairId'];
  return (
    pairs.find(({ id }) => id === chosen) ??
    pairs.find((pair) => pair['selected'] === true) ??
    pairs.find((pair) => pair['nominated'] === true && pair['state'] === 'succeeded')
  );
}
