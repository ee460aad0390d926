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

  getParameters(): RTCRtpSendParameters {
    return { encodings: this.encodings.map((e) => ({ ...e })) } as RTCRtpSendParameters;
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    this.encodings = parameters.encodings;
  }
}

export class FakeReceiver {
  readonly track: FakeTrack;
  contributing: { source: number; timestamp: number }[] = [];

  constructor(track: FakeTrack) {
    this.track = track;
  }

  getContributingSources(): { source: number; timestamp: number }[] {
    return this.contributing;
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
