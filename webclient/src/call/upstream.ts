import type { Source, UpSource } from '../protocol/messages';
import { prefer } from './codecs';
import type { CallDeps } from './deps';
import { cameraEncodings, refit, screenEncodings } from './encodings';
import { Negotiation } from './negotiation';
import { RequestError } from './socket';
import { watchConnection } from './watch';

export interface UpstreamEvents {
  /** Sends the offer, resolves to the answer's SDP. */
  offer(sdp: string, sources: UpSource[]): Promise<string>;
  stateChanged(state: RTCPeerConnectionState | 'none'): void;
  /** After an exchange: the server may take every m-line for live again. */
  answered(): void;
}

/**
 * The sendonly connection. It is made at the first publish; each source has one transceiver, made when
 * first needed and then re-used, since m-lines never recycle.
 */
export class Upstream {
  private readonly deps: CallDeps;
  private readonly events: UpstreamEvents;
  private readonly negotiation = new Negotiation(() => this.exchange());
  private readonly tracks = new Map<Source, MediaStreamTrack>();
  private transceivers = new Map<Source, RTCRtpTransceiver>();
  private answered = new Set<RTCRtpTransceiver>();
  private pc: RTCPeerConnection | undefined;
  private unwatch: () => void = () => {};
  private readonly config: RTCConfiguration;
  private closed = false;

  constructor(deps: CallDeps, iceServers: RTCIceServer[], events: UpstreamEvents) {
    this.deps = deps;
    this.events = events;
    this.config = { iceServers, bundlePolicy: 'max-bundle' };
  }

  /**
   * Sends this track as the source from now on. Resolves when the server knows the m-line; rejects with a
   * RequestError, `closed` if this connection has come to its end.
   */
  async send(source: Source, track: MediaStreamTrack): Promise<void> {
    this.checkOpen();
    this.tracks.set(source, track);
    const known = this.transceivers.get(source);
    if (known === undefined) {
      this.add(source, track);
      return this.negotiation.run();
    }
    await known.sender.replaceTrack(track);
    if (source === 'camera') await refitSender(known.sender, track);
    if (!this.answered.has(known)) await this.negotiation.run();
  }

  /** Nothing more is sent of the source; its m-line stays for the next time. */
  async stop(source: Source): Promise<void> {
    this.tracks.delete(source);
    await this.transceivers.get(source)?.sender.replaceTrack(null);
  }

  /** The sources that have an m-line but no track. */
  silent(): Source[] {
    return [...this.transceivers.keys()].filter((source) => !this.tracks.has(source));
  }

  sourceOf(mid: string): Source | undefined {
    return [...this.transceivers].find(([, transceiver]) => transceiver.mid === mid)?.[0];
  }

  async stats(): Promise<RTCStatsReport | undefined> {
    return this.pc?.getStats();
  }

  /** Stops mending itself: the session is gone, and what comes after it is a new connection. */
  rest(): void {
    this.unwatch();
  }

  close(): void {
    this.closed = true;
    this.shut();
    this.tracks.clear();
    this.events.stateChanged('none');
  }

  private add(source: Source, track: MediaStreamTrack): void {
    const pc = this.connection();
    const transceiver = pc.addTransceiver(track, {
      direction: 'sendonly',
      ...(source === 'camera' && { sendEncodings: cameraEncodings(track) }),
      ...(source === 'screen' && { sendEncodings: screenEncodings() }),
    });
    const kind = track.kind === 'audio' ? 'audio' : 'video';
    prefer(transceiver, kind, this.deps.receiverCodecs(kind));
    this.transceivers.set(source, transceiver);
  }

  private connection(): RTCPeerConnection {
    if (this.pc) return this.pc;
    const pc = this.deps.peerConnection(this.config);
    this.pc = pc;
    this.unwatch = watchConnection(pc, this.deps.timers, {
      changed: (state) => this.events.stateChanged(state),
      failed: () => this.rebuild(),
    });
    this.events.stateChanged(pc.connectionState);
    return pc;
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
    this.transceivers = new Map();
    this.answered = new Set();
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
    const offered = [...this.transceivers].filter(([, { mid }]) => mid !== null);
    const sources = offered.map(([source, { mid }]) => ({ mid: mid!, source }));
    const sdp = await this.events.offer(offer.sdp ?? '', sources);
    this.checkOpen();
    if (pc !== this.pc) return;
    await pc.setRemoteDescription({ type: 'answer', sdp });
    for (const [, transceiver] of offered) this.answered.add(transceiver);
    this.events.answered();
  }
}

async function refitSender(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
  const parameters = sender.getParameters();
  if (refit(parameters.encodings, track)) await sender.setParameters(parameters);
}
