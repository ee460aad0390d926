import { FakeTrack } from './media';

export class FakeSender {
  track: FakeTrack | null;
  encodings: RTCRtpEncodingParameters[];

  constructor(track: FakeTrack | null, encodings: RTCRtpEncodingParameters[]) {
    this.track = track;
    this.encodings = encodings;
  }

  async replaceTrack(track: FakeTrack | null): Promise<void> {
    this.track = track;
  }

  /** Negotiated, in order. */
  codecs: RTCRtpCodecParameters[] = [];
  /** The browser does not know the codec of a single encoding. */
  codecByOrderOnly = false;
  changes = 0;
  private applying = false;

  getParameters(): RTCRtpSendParameters {
    const encodings = this.encodings.map((each) => ({ ...each }));
    return { encodings, codecs: this.codecs } as unknown as RTCRtpSendParameters;
  }

  /** As in a browser, one at a time. */
  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    if (this.applying) throw new Error('the last change is not done');
    this.applying = true;
    await Promise.resolve();
    this.applying = false;
    this.changes++;
    this.encodings = parameters.encodings.map(({ codec, ...rest }) => ({
      ...rest,
      ...(codec && !this.codecByOrderOnly && { codec }),
    }));
  }
}

export class FakeReceiver {
  readonly track: FakeTrack;
  contributing: { source: number; timestamp: number }[] = [];
  /** The sound that was played last. */
  synchronization: { timestamp: number; rtpTimestamp: number }[] = [];
  jitterBufferTarget: number | null = null;
  /** Seconds and samples or frames, as the browser sums them up. */
  held = { delay: 0, emitted: 0 };

  constructor(track: FakeTrack) {
    this.track = track;
  }

  getContributingSources(): { source: number; timestamp: number }[] {
    return this.contributing;
  }

  getSynchronizationSources(): { timestamp: number; rtpTimestamp: number }[] {
    return this.synchronization;
  }

  /** Each look finds a hundred more that were held as long as was asked for. */
  async getStats(): Promise<RTCStatsReport> {
    this.held.emitted += 100;
    this.held.delay += (100 * (this.jitterBufferTarget ?? 0)) / 1000;
    const report = {
      type: 'inbound-rtp',
      jitterBufferDelay: this.held.delay,
      jitterBufferEmittedCount: this.held.emitted,
    };
    return new Map([['in', report]]) as unknown as RTCStatsReport;
  }
}

export class FakeTransceiver {
  mid: string | null = null;
  readonly direction: string;
  readonly sender: FakeSender;
  readonly receiver: FakeReceiver;
  codecs: RTCRtpCodec[] = [];

  constructor(kind: 'audio' | 'video', track: FakeTrack | null, init: RTCRtpTransceiverInit) {
    this.direction = init.direction ?? 'sendrecv';
    this.sender = new FakeSender(track, init.sendEncodings ?? []);
    this.receiver = new FakeReceiver(new FakeTrack(kind, `received-${kind}`));
  }

  setCodecPreferences(codecs: RTCRtpCodec[]): void {
    this.codecs = codecs;
  }

  /** The other side takes all that is offered. */
  negotiate(): void {
    this.sender.codecs = this.codecs.map((codec, i) => ({ ...codec, payloadType: 96 + i }));
  }
}

/** Follows the rules of offer and answer, without any network. */
export class FakePeerConnection {
  readonly transceivers: FakeTransceiver[] = [];
  readonly config: RTCConfiguration;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  onconnectionstatechange: (() => void) | null = null;
  answers = 0;

  constructor(config: RTCConfiguration) {
    this.config = config;
  }

  addTransceiver(
    trackOrKind: FakeTrack | 'audio' | 'video',
    init: RTCRtpTransceiverInit = {},
  ): FakeTransceiver {
    const track = typeof trackOrKind === 'string' ? null : trackOrKind;
    const kind = typeof trackOrKind === 'string' ? trackOrKind : trackOrKind.kind;
    const transceiver = new FakeTransceiver(kind, track, init);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  async createOffer(): Promise<RTCSessionDescriptionInit> {
    return { type: 'offer', sdp: `offer of ${this.transceivers.length}` };
  }

  async setLocalDescription(): Promise<void> {
    if (this.signalingState === 'closed') throw new Error('closed');
    this.signalingState = 'have-local-offer';
    this.transceivers.forEach((transceiver, i) => {
      transceiver.mid ??= String(i);
    });
  }

  async setRemoteDescription(): Promise<void> {
    if (this.signalingState !== 'have-local-offer') throw new Error('no offer to answer');
    this.signalingState = 'stable';
    this.answers++;
    for (const transceiver of this.transceivers) transceiver.negotiate();
    if (this.connectionState === 'new') this.become('connected');
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map() as unknown as RTCStatsReport;
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
  }

  get closed(): boolean {
    return this.connectionState === 'closed';
  }
}
