import type { Codec } from '../protocol/messages';
import { codecChoices, codecOf } from './preferences';
import type { CodecChoice } from './preferences';

/** The codecs of video that both sides know, in the order in which a receiver likes them. */
const videoOrder: Codec[] = ['VP8', 'VP9', 'H264', 'AV1'];

function is(codec: Pick<RTCRtpCodec, 'mimeType'>, mime: string): boolean {
  return codec.mimeType.toLowerCase() === mime;
}

function parameter(codec: Pick<RTCRtpCodec, 'sdpFmtpLine'>, name: string): string | undefined {
  const pairs = (codec.sdpFmtpLine ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key?.toLowerCase() === name)?.[1]?.toLowerCase();
}

/** The one profile of each codec that the server forwards: what every browser can decode. */
export function isProfile(
  codec: Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>,
  want: Codec,
): boolean {
  if (!is(codec, `video/${want.toLowerCase()}`)) return false;
  switch (want) {
    case 'VP8':
      return true;
    case 'VP9':
      return (parameter(codec, 'profile-id') ?? '0') === '0';
    case 'H264':
      return (
        parameter(codec, 'packetization-mode') === '1' &&
        (parameter(codec, 'profile-level-id') ?? '').startsWith('42e0')
      );
    case 'AV1':
      return (parameter(codec, 'profile') ?? '0') === '0';
  }
}

/** Video to offer, `first` first, then what repairs it. A short list keeps the SDP small. */
export function videoCodecs(capable: RTCRtpCodec[], first?: Codec): RTCRtpCodec[] {
  const order = first ? [first, ...videoOrder.filter((each) => each !== first)] : videoOrder;
  const ours = order.flatMap((each) => capable.filter((codec) => isProfile(codec, each)));
  return [...ours, ...capable.filter((codec) => is(codec, 'video/rtx'))];
}

/** Sound to offer: Opus, and Opus with redundancy, which is what is sent if it comes first. */
export function audioCodecs(capable: RTCRtpCodec[], redFirst = false): RTCRtpCodec[] {
  const opus = capable.filter((codec) => is(codec, 'audio/opus'));
  const red = capable.filter((codec) => is(codec, 'audio/red'));
  return redFirst ? [...red, ...opus] : [...opus, ...red];
}

/** Trims what the transceiver offers, where the browser lets us. */
export function prefer(transceiver: RTCRtpTransceiver, codecs: RTCRtpCodec[]): void {
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}

/** Whether the list has the codec in the profile that the server forwards. */
export function has(capable: RTCRtpCodec[] | undefined, want: Codec): boolean {
  return (capable ?? []).some((codec) => isProfile(codec, want));
}

/** The choices that this browser has a codec for. */
export function sendable(capable: RTCRtpCodec[] | undefined): CodecChoice[] {
  return codecChoices.filter((choice) => choice === 'auto' || has(capable, codecOf(choice)));
}
