import type { Codec } from '../protocol/messages';
import { scalable } from './preferences';

declare global {
  // In the standard and in browsers, not yet in TypeScript's library.
  interface RTCRtpEncodingParameters {
    scalabilityMode?: string;
    codec?: RTCRtpCodec;
  }
}

/** From this size up a camera is sent in three layers; Chromium drops the largest of three below it. */
const threeLayers = { width: 960, height: 540 };

const rates = [150_000, 500_000, 1_700_000];
/** One scalable stream with so many sizes: the small ones are a part of the large ones. */
const scalableRates = [140_000, 500_000, 1_500_000];
const screen = 2_500_000;

/** What of a source somebody watches, and in which codec everybody can. */
export interface Wanted {
  codec?: Codec | undefined;
  /** Lowest first; what is beyond the end is not wanted. */
  layers: readonly boolean[];
}

/** Width and height as the track says; a silent one counts as 720p. */
function sizeOf(track: MediaStreamTrack): { width: number; height: number } {
  const { width = 1280, height = 720 } = track.getSettings();
  return { width, height };
}

function sizesOf(track: MediaStreamTrack): 2 | 3 {
  const { width, height } = sizeOf(track);
  const three =
    Math.max(width, height) >= threeLayers.width && Math.min(width, height) >= threeLayers.height;
  return three ? 3 : 2;
}

/** The layers of a camera, smallest first: simulcast streams, or one scalable stream. */
export function cameraEncodings(
  track: MediaStreamTrack,
  codec: Codec = 'VP8',
): RTCRtpEncodingParameters[] {
  const sizes = sizesOf(track);
  if (scalable(codec)) {
    const top = sizes - 1;
    return [{ maxBitrate: scalableRates[top]!, scalabilityMode: modeOf(top) }];
  }
  return ['q', 'h', 'f'].slice(3 - sizes).map((rid, i) => ({
    rid,
    scaleResolutionDownBy: 2 ** (sizes - 1 - i),
    maxBitrate: rates[i]!,
    ...(codec === 'H264' && { scalabilityMode: 'L1T3' }),
  }));
}

/** A share is one layer: text does not survive scaling down. */
export function screenEncodings(): RTCRtpEncodingParameters[] {
  return [{ maxBitrate: screen }];
}

/** Without what an old browser may refuse. */
export function plainEncodings(encodings: RTCRtpEncodingParameters[]): RTCRtpEncodingParameters[] {
  return encodings.map(({ scalabilityMode: _, ...rest }) => rest);
}

function modeOf(top: number): string {
  return top === 0 ? 'L1T3' : `L${top + 1}T3_KEY`;
}

/**
 * Fits a camera's layers to its device, whose number was fixed when the m-line was made, and to what is watched.
 * Nothing heard from the server means that everything is wanted. Returns true if anything has to change.
 */
export function shapeCamera(
  encodings: RTCRtpEncodingParameters[],
  track: MediaStreamTrack,
  codec: Codec,
  wanted: Wanted | undefined,
): boolean {
  if (encodings.length === 1) {
    const encoding = encodings[0]!;
    return scalable(codec)
      ? shapeScalable(encoding, track, wanted)
      : become(encoding, single(encoding, wanted));
  }
  const sizes = sizesOf(track);
  const scales = encodings.length === 3 && sizes === 2 ? [2, 1, 1] : undefined;
  return encodings
    .map((encoding, i) =>
      become(encoding, {
        scaleResolutionDownBy: scales?.[i] ?? 2 ** (encodings.length - 1 - i),
        maxBitrate: rates[i],
        // The third of two sizes would be the second again.
        active: (scales === undefined || i < 2) && (wanted?.layers[i] ?? wanted === undefined),
        // Without it, several streams of such a codec become a single scalable one in Chromium.
        ...(scalable(codec) && { scalabilityMode: 'L1T3' }),
      }),
    )
    .some((changed) => changed);
}

export function shapeScreen(
  encodings: RTCRtpEncodingParameters[],
  wanted: Wanted | undefined,
): boolean {
  return encodings
    .map((encoding) => become(encoding, { active: isWanted(wanted) }))
    .some((changed) => changed);
}

function isWanted(wanted: Wanted | undefined): boolean {
  return wanted === undefined || wanted.layers.some((each) => each);
}

/** A stream of one size that stands in for a scalable one has no use for its mode. */
function single(
  encoding: RTCRtpEncodingParameters,
  wanted: Wanted | undefined,
): Partial<RTCRtpEncodingParameters> {
  return {
    scaleResolutionDownBy: 1,
    maxBitrate: rates[2]!,
    active: isWanted(wanted),
    ...(encoding.scalabilityMode !== undefined && { scalabilityMode: 'L1T3' }),
  };
}

/** The sizes above the highest that is watched are not encoded; the others keep theirs. */
function shapeScalable(
  encoding: RTCRtpEncodingParameters,
  track: MediaStreamTrack,
  wanted: Wanted | undefined,
): boolean {
  const full = sizesOf(track) - 1;
  const highest = wanted ? Math.min(wanted.layers.lastIndexOf(true), full) : full;
  if (highest < 0) return become(encoding, { active: false });
  return become(encoding, {
    active: true,
    scalabilityMode: modeOf(highest),
    scaleResolutionDownBy: 2 ** (full - highest),
    maxBitrate: scalableRates[highest],
  });
}

const defaults: Partial<RTCRtpEncodingParameters> = { active: true, scaleResolutionDownBy: 1 };

function become(
  encoding: RTCRtpEncodingParameters,
  next: Partial<RTCRtpEncodingParameters>,
): boolean {
  let changed = false;
  for (const key of Object.keys(next) as (keyof RTCRtpEncodingParameters)[]) {
    changed ||= (encoding[key] ?? defaults[key]) !== next[key];
  }
  Object.assign(encoding, next);
  return changed;
}
