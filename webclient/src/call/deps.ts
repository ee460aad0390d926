import type { JoinAnswer } from '../api';
import { server } from '../api/server';

/** Asks the REST API for a grant; called again when a session ticket is refused. */
export type JoinApi = () => Promise<JoinAnswer>;

export interface Timers {
  /** Returns a function that cancels. */
  after(ms: number, f: () => void): () => void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 to 1, for jitter. */
  random(): number;
}

/** Everything of the outside world that the engine touches. */
export interface CallDeps {
  socket(url: string, protocols: string[]): WebSocket;
  peerConnection(config: RTCConfiguration): RTCPeerConnection;
  mediaStream(tracks: MediaStreamTrack[]): MediaStream;
  mediaDevices: Pick<MediaDevices, 'getUserMedia' | 'getDisplayMedia'> | undefined;
  /** What the browser can receive; undefined where it cannot tell. */
  receiverCodecs(kind: 'audio' | 'video'): RTCRtpCodec[] | undefined;
  /** The server's address, against which `socketUrl` is resolved: the page's own, unless the build names another. */
  serverUrl(): string;
  /** A new id of [A-Za-z0-9_-]. */
  id(): string;
  timers: Timers;
}

/** The real browser. */
export function browserDeps(): CallDeps {
  return {
    socket: (url, protocols) => new WebSocket(url, protocols),
    peerConnection: (config) => new RTCPeerConnection(config),
    mediaStream: (tracks) => new MediaStream(tracks),
    mediaDevices: globalThis.navigator?.mediaDevices,
    receiverCodecs: (kind) => globalThis.RTCRtpReceiver?.getCapabilities(kind)?.codecs,
    serverUrl: () => server.socket || (globalThis.location?.href ?? 'http://localhost/'),
    id: randomId,
    timers: {
      after: (ms, f) => {
        const timer = setTimeout(f, ms);
        return () => clearTimeout(timer);
      },
      now: () => Date.now(),
      random: () => Math.random(),
    },
  };
}

// crypto.randomUUID is missing on plain HTTP; getRandomValues is not.
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
