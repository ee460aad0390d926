import type { ConnectionTest, JoinAnswer } from '../../api';
import { CallEngine } from '../../call';
import type { CallStats, Path } from '../../call';
import { paintNoise } from './noise';

/** What was measured between this browser and the server, there and back. */
export interface Measured {
  /** Milliseconds. */
  roundTrip: number;
  /** Of what was sent, from 0 to 1. */
  loss: number;
  /** Bits per second that got through; the connection may carry more. */
  up: number;
  down: number;
  path?: Path;
}

export type Outcome =
  | { phase: 'measured'; measured: Measured }
  /** `server`: nothing answers. `media`: the server answers, but picture and sound do not get through. */
  | { phase: 'failed'; cause: 'server' | 'media' | 'busy' };

const joinWithin = 12_000;
const mediaWithin = 12_000;
const measureFor = 5_000;
const step = 500;

/**
 * Sends a picture through the server to oneself, by two connections of the same kind as in a meeting. Nobody else is in
 * that room, and neither camera nor microphone are used.
 */
export async function measureConnection(test: ConnectionTest, stop: AbortSignal): Promise<Outcome> {
  const sender = new CallEngine();
  const receiver = new CallEngine();
  const noise = paintNoise();
  try {
    const joined = await Promise.all([
      entered(sender, test, test.send, noise.track, stop),
      entered(receiver, test, test.receive, null, stop),
    ]);
    if (joined.includes(false)) return { phase: 'failed', cause: 'server' };
    receiver.setTiles([{ participant: test.sender, source: 'camera', height: 720 }]);
    const came = await until(async () => received(await receiver.stats()) > 0, mediaWithin, stop);
    if (!came) return { phase: 'failed', cause: 'media' };
    const before = await Promise.all([sender.stats(), receiver.stats()]);
    await pause(measureFor, stop);
    const after = await Promise.all([sender.stats(), receiver.stats()]);
    return { phase: 'measured', measured: between(before, after) };
  } finally {
    noise.stop();
    sender.close();
    receiver.close();
  }
}

/** What happened between two looks at both ends. */
export function between(
  [sentBefore, gotBefore]: readonly [CallStats, CallStats],
  [sentAfter, gotAfter]: readonly [CallStats, CallStats],
): Measured {
  const seconds = (from: CallStats, to: CallStats) => Math.max(0.001, (to.at - from.at) / 1000);
  const lost = Math.max(0, packetsLost(gotAfter) - packetsLost(gotBefore));
  const packets = packetsReceived(gotAfter) - packetsReceived(gotBefore);
  const { path } = gotAfter;
  return {
    roundTrip: Math.round((gotAfter.roundTripTime ?? sentAfter.roundTripTime ?? 0) * 1000),
    loss: packets + lost > 0 ? lost / (packets + lost) : 0,
    up: ((sent(sentAfter) - sent(sentBefore)) * 8) / seconds(sentBefore, sentAfter),
    down: ((received(gotAfter) - received(gotBefore)) * 8) / seconds(gotBefore, gotAfter),
    ...(path && { path }),
  };
}

/** One word for all of it. */
export function verdict({ roundTrip, loss, up, down }: Measured): 'good' | 'fair' | 'weak' {
  const slowest = Math.min(up, down);
  if (roundTrip <= 200 && loss <= 0.02 && slowest >= 500_000) return 'good';
  return roundTrip <= 400 && loss <= 0.06 && slowest >= 150_000 ? 'fair' : 'weak';
}

async function entered(
  engine: CallEngine,
  test: ConnectionTest,
  grant: string,
  camera: MediaStreamTrack | null,
  stop: AbortSignal,
): Promise<boolean> {
  const nobody = { id: '', name: '', role: 'PARTICIPANT', guest: true } as const;
  const answer: JoinAnswer = {
    grant,
    socketUrl: test.socketUrl,
    iceServers: test.iceServers,
    participant: nobody,
    meeting: { code: '', title: '', hostName: '', live: true, guestsAllowed: true, lobby: false },
    participants: [],
    status: 'JOINED',
  };
  let asked = false;
  void engine.join({
    code: '',
    // A second request would need a grant of its own: a test that is cut off has failed.
    api: () =>
      asked
        ? Promise.reject(new Error('one grant, one join'))
        : ((asked = true), Promise.resolve(answer)),
    camera,
    microphone: null,
  });
  await until(() => engine.getState().phase !== 'connecting', joinWithin, stop);
  return engine.getState().phase === 'joined';
}

const sent = (stats: CallStats) => stats.up.reduce((sum, each) => sum + each.bytesSent, 0);
const received = (stats: CallStats) =>
  stats.down.reduce((sum, each) => sum + each.bytesReceived, 0);
const packetsReceived = (stats: CallStats) =>
  stats.down.reduce((sum, each) => sum + each.packetsReceived, 0);
const packetsLost = (stats: CallStats) =>
  stats.down.reduce((sum, each) => sum + each.packetsLost, 0);

async function until(
  done: () => boolean | Promise<boolean>,
  within: number,
  stop: AbortSignal,
): Promise<boolean> {
  for (let waited = 0; waited < within; waited += step) {
    if (await done()) return true;
    await pause(step, stop);
  }
  return done();
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    stop.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(stop.reason as Error);
    });
  });
}
