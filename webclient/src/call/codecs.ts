// First choice first. H.264, VP9 and AV1 join this list once the server forwards them.
const preferred = { audio: ['audio/opus'], video: ['video/vp8'] } as const;
const repair = ['video/rtx'];

/** The codecs to offer: ours in our order, then what repairs them. A short list keeps the SDP small. */
export function trimmed(kind: 'audio' | 'video', capable: RTCRtpCodec[]): RTCRtpCodec[] {
  const wanted: string[] = [...preferred[kind], ...(kind === 'video' ? repair : [])];
  return wanted.flatMap((mime) => capable.filter((codec) => codec.mimeType.toLowerCase() === mime));
}

/** Trims what the transceiver offers, where the browser lets us. */
export function prefer(
  transceiver: RTCRtpTransceiver,
  kind: 'audio' | 'video',
  capable: RTCRtpCodec[] | undefined,
): void {
  const codecs = trimmed(kind, capable ?? []);
  if (codecs.length > 0) transceiver.setCodecPreferences?.(codecs);
}
