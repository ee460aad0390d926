import { useEffect, useState } from 'react';
import type { CallState, CallStats } from '../../call';
import type { Network } from '../../ui/NetworkChip';
import { useCall } from './call';
import { ownQuality } from './quality';

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
  const loss = lossOf(before, now);
  const trip = roundTripTime ?? 0;
  if (loss > 0.08 || trip > 0.6) return 'weak';
  return loss > 0.02 || trip > 0.25 ? 'fair' : 'good';
}

/** How our connection does: the server's word if it has spoken, else what we see ourselves. */
export function useNetwork(state: CallState): { network: Network; loss: number } {
  const call = useCall();
  const [seen, setSeen] = useState<{ network: 'good' | 'fair' | 'weak'; loss: number }>({
    network: 'good',
    loss: 0,
  });
  useEffect(() => {
    let current = true;
    let before: Sample | null = null;
    const timer = setInterval(() => {
      call
        .stats()
        .then((stats) => {
          const now = sum(stats);
          if (current && before) {
            const network = networkOf(before, now, stats.roundTripTime);
            setSeen({ network, loss: lossOf(before, now) });
          }
          before = now;
        })
        .catch(() => {});
    }, every);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [call]);
  const { loss } = seen;
  const states = [state.connection.up, state.connection.down];
  if (states.some((each) => each === 'failed' || each === 'disconnected')) {
    return { network: 'weak', loss };
  }
  if (states.some((each) => each === 'new' || each === 'connecting')) {
    return { network: 'connecting', loss };
  }
  const own = ownQuality(state);
  if (own === undefined) return seen;
  return { network: own.level === 'poor' ? 'weak' : own.level, loss };
}

function lossOf(before: Sample, now: Sample): number {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  return received + lost > 0 ? lost / (received + lost) : 0;
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
