import { describe, expect, it } from 'vitest';
import { pathOf, roundTripTime } from './stats';

function report(...all: { id: string; [key: string]: unknown }[]): RTCStatsReport {
  return new Map(all.map((each) => [each.id, each])) as unknown as RTCStatsReport;
}

const udp = { id: 'u', type: 'local-candidate', candidateType: 'host', protocol: 'udp' };
const tcp = { id: 't', type: 'local-candidate', candidateType: 'host', protocol: 'tcp' };
const relay = {
  id: 'r',
  type: 'local-candidate',
  candidateType: 'relay',
  protocol: 'udp',
  relayProtocol: 'tls',
};
const pair = (local: string, rest: object) => ({
  id: `pair-${local}`,
  type: 'candidate-pair',
  localCandidateId: local,
  ...rest,
});

describe('the way that packets go', () => {
  it.each([
    // A Chromium behind a wall names pairs as nominated on which it hears nothing.
    ['the transport chose', { id: 'T', type: 'transport', selectedCandidatePairId: 'pair-r' }, {}],
    ['is marked', { id: 'x', type: 'codec' }, { selected: true }],
    ['works', { id: 'x', type: 'codec' }, { nominated: true, state: 'succeeded' }],
  ])('is that of the pair which %s', (_, other, mark) => {
    const all = report(
      udp,
      tcp,
      relay,
      pair('u', { nominated: true, state: 'in-progress', currentRoundTripTime: 9 }),
      pair('r', { ...mark, currentRoundTripTime: 0.02 }),
      other,
    );
    expect(pathOf(all)).toEqual({ protocol: 'TLS', relayed: true });
    expect(roundTripTime(all)).toBe(0.02);
  });

  it('is not known before there is one', () => {
    expect(pathOf(undefined)).toBeUndefined();
    expect(pathOf(report(udp, pair('u', { nominated: false, state: 'waiting' })))).toBeUndefined();
    const chosen = { id: 'T', type: 'transport', selectedCandidatePairId: 'pair-t' };
    expect(pathOf(report(tcp, pair('t', {}), chosen))).toEqual({ protocol: 'TCP', relayed: false });
  });
});
