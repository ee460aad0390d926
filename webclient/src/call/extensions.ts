interface Negotiable {
  getHeaderExtensionsToNegotiate?(): { uri: string; direction: RTCRtpTransceiverDirection }[];
  setHeaderExtensionsToNegotiate?(
    extensions: { uri: string; direction: RTCRtpTransceiverDirection }[],
  ): void;
}

const dependencyDescriptor = '#dependency-descriptor-rtp-header-extension';

/**
 * Asks for the dependency descriptor, which a receiver of Chromium leaves out by itself, and for nothing else:
 * more would need longer headers in every packet.
 */
export function askForDescriptor(transceiver: RTCRtpTransceiver): void {
  const negotiable = transceiver as RTCRtpTransceiver & Negotiable;
  const extensions = negotiable.getHeaderExtensionsToNegotiate?.();
  if (extensions === undefined) return;
  for (const each of extensions) {
    if (each.uri.endsWith(dependencyDescriptor)) each.direction = 'sendrecv';
  }
  try {
    negotiable.setHeaderExtensionsToNegotiate?.(extensions);
  } catch {
    // Then pictures come without it, and the server leaves it out.
  }
}
