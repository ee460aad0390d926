import { useEffect, useState } from 'react';
import type { CallState, CallStats } from '../../call';
import type { Network } from '../../ui/NetworkChip';
import { useCall } from './call';

const every = 4_000;

interface Sample {
  received: number;
  lost: number;
}

/** What the last seconds were like: by loss first, then by the way there and back. */
export function networkOf(
  before: Sample,
  now: Sample,
  roundTripTime: number | undefined,
): 'good' | 'fair' | 'weak' {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const loss = received + lost > 0 ? lost / (received + lost) : 0;
  const trip = roundTripTime ?? 0;
  if (loss > 0.08 || trip > 0.6) return 'weak';
  return loss > 0.02 || trip > 0.25 ? 'fair' : 'good';
}

export function useNetwork(connection: CallState['connection']): Network {
  const call = useCall();
  const [network, setNetwork] = useState<'good' | 'fair' | 'weak'>('good');
  useEffect(() => {
    let current = true;
    let before: Sample | null = null;
    const timer = setInterval(() => {
      call
        .stats()
        .then((stats) => {
          const now = sum(stats);
          if (current && before) setNetwork(networkOf(before, now, stats.roundTripTime));
          before = now;
        })
        .catch(() => {});
    }, every);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [call]);
  const states = [connection.up, connection.down];
  if (states.some((each) => each === 'failed' || each === 'disconnected')) return 'weak';
  if (states.some((each) => each === 'new' || each === 'connecting')) return 'connecting';
  return network;
}

function sum(stats: CallStats): Sample {
  return stats.down.reduce(
    (all, slot) => ({
      received: all.received + slot.packetsReceived,
      lost: all.lost + slot.packetsLost,
    }),
    { received: 0, lost: 0 },
  );
}
