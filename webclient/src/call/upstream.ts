import type { Codec, Source, UpSource } from '../protocol/messages';
import { audioCodecs, has, prefer, videoCodecs } from './codecs';
import type { CallDeps } from './deps';
import { cameraEncodings, plainEncodings, screenEncodings } from './encodings';
import type { Wanted } from './encodings';
import { Negotiation } from './negotiation';
import { codecOf } from './preferences';
import type { SendPreferences } from './preferences';
import { Sending } from './sending';
import { RequestError } from './socket';
import { tuneSound } from './sound';
import { watchConnection } from './watch';

export interface UpstreamEvents {
  /** Sends the offer, resolves to the answer's SDP. */
  offer(sdp: string, sources: UpSource[]): Promise<string>;
  stateChanged(state: RTCPeerConnectionState | 'none'): void;
  /** After an exchange: the server may take every m-line for live again. */
  answered(): void;
}

interface Line {
  transceiver: RTCRtpTransceiver;
  sending: Sending;
}

/**
 * The sendonly connection. It is made at the first publish; each source has one transceiver, made when
 * first needed and then re-used, since m-lines never recycle.
 */
export class Upstream {
  private readonly deps: CallDeps;
  private readonly events: UpstreamEvents;
  private readonly preferences: SendPreferences;
  private readonly negotiation = new Negotiation(() => this.exchange());
  private readonly tracks = new Map<Source, MediaStreamTrack>();
  private readonly wanted = new Map<Source, Wanted>();
  private lines = new Map<Source, Line>();
  private answered = new Set<RTCRtpTransceiver>();
  private pc: RTCPeerConnection | undefined;
  private unwatch: () => void = () => {};
  private readonly config: RTCConfiguration;
  private closed = false;

  constructor(
    deps: CallDeps,
    iceServers: RTCIceServer[],
    preferences: SendPreferences,
    events: UpstreamEvents,
  ) {
    this.deps = deps;
    this.events = events;
    this.preferences = preferences;
    this.config = { iceServers, bundlePolicy: 'max-bundle' };
  }

  /**
   * Sends this track as the source from now on. Resolves when the server knows the m-line; rejects with a
   * RequestError, `closed` if this connection has come to its end.
   */
  async send(source: Source, track: MediaStreamTrack): Promise<void> {
    this.checkOpen();
    this.tracks.set(source, track);
    const known = this.lines.get(source);
    if (known === undefined) {
      this.add(source, track);
      return this.negotiation.run();
    }
    await known.sending.use(track);
    if (!this.answered.has(known.transceiver)) await this.negotiation.run();
  }

  /** Nothing more is sent of the source; its m-line stays for the next time. */
  async stop(source: Source): Promise<void> {
    this.tracks.delete(source);
    await this.lines.get(source)?.sending.use(null);
  }

  /** Sends of the source what somebody watches, in the codec that everybody has. */
  async want(source: Source, wanted: Wanted): Promise<void> {
    this.wanted.set(source, wanted);
    await this.lines.get(source)?.sending.want(wanted);
  }

  /** The sources that have an m-line but no track. */
  silent(): Source[] {
    return [...this.lines.keys()].filter((source) => !this.tracks.has(source));
  }

  sourceOf(mid: string): Source | undefined {
    return [...this.lines].find(([, { transceiver }]) => transceiver.mid === mid)?.[0];
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return this.pc?.getStats();
  }

  /** Mends nothing while the session is away: nobody could answer an offer. */
  rest(): void {
    this.unwatch();
  }

  /** The session is back, and the server has kept its side. */
  wake(): void {
    if (this.pc === undefined) return;
    this.watch(this.pc);
    this.pc.onconnectionstatechange?.(new Event('connectionstatechange'));
  }

  close(): void {
    this.closed = true;
    this.shut();
    this.tracks.clear();
    this.events.stateChanged('none');
  }

  private add(source: Source, track: MediaStreamTrack): void {
    const video = track.kind !== 'audio';
    const codec = video ? this.codecFor(source) : undefined;
    const transceiver = this.transceiver(source, track, codec ?? 'VP8');
    this.order(transceiver, source, codec);
    const sending: Sending = new Sending(transceiver, source, track, codec ?? 'VP8', {
      reorder: (first) => {
        this.order(transceiver, source, first);
        this.negotiation.run().catch(() => {});
      },
    });
    this.lines.set(source, { transceiver, sending });
  }

  /** The chosen codec for a camera if this browser has it. A screen is a single stream in what everybody decodes. */
  private codecFor(source: Source): Codec {
    const chosen = codecOf(this.preferences.codec);
    const usable = source === 'camera' && has(this.deps.receiverCodecs('video'), chosen);
    return usable ? chosen : 'VP8';
  }

  private transceiver(source: Source, track: MediaStreamTrack, codec: Codec): RTCRtpTransceiver {
    const pc = this.connection();
    const with_ = (sendEncodings?: RTCRtpEncodingParameters[]) =>
      pc.addTransceiver(track, { direction: 'sendonly', ...(sendEncodings && { sendEncodings }) });
    if (source === 'screen') return with_(screenEncodings());
    if (source !== 'camera') return with_();
    const encodings = cameraEncodings(track, codec);
    try {
      return with_(encodings);
    } catch {
      // A browser without scalability modes.
      return with_(plainEncodings(encodings));
    }
  }

  private order(transceiver: RTCRtpTransceiver, source: Source, first: Codec | undefined): void {
    const kind = first === undefined ? 'audio' : 'video';
    const capable = this.deps.receiverCodecs(kind) ?? [];
    const red = this.preferences.red && source === 'microphone';
    prefer(transceiver, first ? videoCodecs(capable, first) : audioCodecs(capable, red));
  }

  private connection(): RTCPeerConnection {
    if (this.pc) return this.pc;
    const pc = this.deps.peerConnection(this.config);
    this.pc = pc;
    this.watch(pc);
    this.events.stateChanged(pc.connectionState);
    return pc;
  }

  private watch(pc: RTCPeerConnection): void {
    this.unwatch = watchConnection(pc, this.deps.timers, {
      changed: (state) => this.events.stateChanged(state),
      failed: () => this.rebuild(),
    });
  }

  /** A connection that failed is not mended: the same tracks go out on a new one. */
  private rebuild(): void {
    this.shut();
    for (const [source, track] of this.tracks) this.add(source, track);
    if (this.tracks.size > 0) this.negotiation.run().catch(() => {});
  }

  private shut(): void {
    this.unwatch();
    this.pc?.close();
    this.pc = undefined;
    this.lines = new Map();
    this.answered = new Set();
    // What was watched of the old connection says nothing of the next one.
    this.wanted.clear();
  }

  private checkOpen(): void {
    if (this.closed) throw new RequestError('closed', 'the upstream connection is closed');
  }

  private async exchange(): Promise<void> {
    this.checkOpen();
    const pc = this.pc;
    if (pc === undefined) return;
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    const offered = [...this.lines].filter(([, { transceiver }]) => transceiver.mid !== null);
    const sources = offered.map(([source, { transceiver }]) => ({ mid: transceiver.mid!, source }));
    const answer = await this.events.offer(offer.sdp ?? '', sources);
    this.checkOpen();
    if (pc !== this.pc) return;
    const voice = sources.filter(({ source }) => source === 'microphone').map(({ mid }) => mid);
    const sdp = tuneSound(answer, voice, this.preferences);
    await pc.setRemoteDescription({ type: 'answer', sdp });
    for (const [source, { transceiver, sending }] of offered) {
      this.answered.add(transceiver);
      const wanted = this.wanted.get(source);
      // What was said during the exchange; and only now it is known which codecs there are.
      void (wanted ? sending.want(wanted) : sending.fit()).catch(() => {});
    }
    this.events.answered();
  }
}
