import type { Codec, Source } from '../protocol/messages';
import { isProfile } from './codecs';
import { shapeCamera, shapeScreen } from './encodings';
import type { Wanted } from './encodings';

export interface SendingEvents {
  /** The browser cannot change the codec of a stream by itself: it takes another order and an offer. */
  reorder(first: Codec): void;
}

/**
 * What one m-line sends: its encodings follow the device and what the server says is watched. Changes of a sender's
 * parameters must not overlap, so they go one after the other, and only the last wish counts.
 */
export class Sending {
  private readonly transceiver: RTCRtpTransceiver;
  private readonly source: Source;
  private readonly preferred: Codec;
  private readonly events: SendingEvents;
  private track: MediaStreamTrack | null;
  private wanted: Wanted | undefined;
  private running: Promise<void> | undefined;
  private dirty = false;
  // The browser ignored or refused a codec in an encoding.
  private byOrder = false;
  private first: Codec;

  constructor(
    transceiver: RTCRtpTransceiver,
    source: Source,
    track: MediaStreamTrack,
    preferred: Codec,
    events: SendingEvents,
  ) {
    this.transceiver = transceiver;
    this.source = source;
    this.track = track;
    this.preferred = preferred;
    this.first = preferred;
    this.events = events;
  }

  get sender(): RTCRtpSender {
    return this.transceiver.sender;
  }

  async use(track: MediaStreamTrack | null): Promise<void> {
    this.track = track;
    await this.sender.replaceTrack(track);
    if (track) await this.fit();
  }

  /** What the server says is watched; at once, since somebody waits for it. */
  want(wanted: Wanted): Promise<void> {
    this.wanted = wanted;
    return this.fit();
  }

  /** Brings the encodings in line with device, wish and what was negotiated. */
  fit(): Promise<void> {
    this.dirty = true;
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.dirty) {
        this.dirty = false;
        await this.apply();
      }
    } finally {
      this.running = undefined;
    }
  }

  private async apply(): Promise<void> {
    if (this.track === null || (this.source !== 'camera' && this.source !== 'screen')) return;
    const parameters = this.sender.getParameters();
    const { encodings } = parameters;
    if (encodings.length === 0) return;
    const codec = this.codec(parameters.codecs);
    let changed = codec !== undefined && this.setCodec(parameters, codec);
    changed =
      (this.source === 'camera'
        ? shapeCamera(encodings, this.track, codec ?? this.first, this.wanted)
        : shapeScreen(encodings, this.wanted)) || changed;
    if (!changed) return;
    const asked = encodings[0]?.codec !== undefined;
    const done = await this.sender.setParameters(parameters).then(
      () => true,
      // A connection that is being closed refuses everything; the next one starts afresh.
      () => false,
    );
    const kept = this.sender.getParameters().encodings[0]?.codec !== undefined;
    if (!asked || (done && kept) || this.byOrder) return;
    this.byOrder = true;
    this.dirty = true;
  }

  /** The codec to send, undefined while nothing is negotiated or the wished one was not. */
  private codec(negotiated: readonly RTCRtpCodecParameters[] | undefined): Codec | undefined {
    const can = (want: Codec) => (negotiated ?? []).some((each) => isProfile(each, want));
    const wanted = this.wanted?.codec;
    if (wanted && can(wanted)) return wanted;
    return can(this.preferred) ? this.preferred : undefined;
  }

  /** Names the codec in each encoding, unless it is the one that is sent anyway. True if that changed anything. */
  private setCodec({ encodings, codecs }: RTCRtpSendParameters, want: Codec): boolean {
    if (this.byOrder) {
      if (want !== this.first) {
        this.first = want;
        this.events.reorder(want);
      }
      return false;
    }
    const match = codecs.find((each) => isProfile(each, want));
    const natural = codecs.find(({ mimeType }) => !/\/(rtx|red|ulpfec|flexfec)/i.test(mimeType));
    if (match === undefined) return false;
    let changed = false;
    for (const encoding of encodings) {
      const now = encoding.codec ?? natural;
      if (now && isProfile(now, want)) continue;
      encoding.codec = plain(match);
      changed = true;
    }
    return changed;
  }
}

/** Without its payload type, which is not for us to say. */
function plain(codec: RTCRtpCodecParameters): RTCRtpCodec {
  const { mimeType, clockRate, channels, sdpFmtpLine } = codec;
  return {
    mimeType,
    clockRate,
    ...(channels !== undefined && { channels }),
    ...(sdpFmtpLine !== undefined && { sdpFmtpLine }),
  };
}
