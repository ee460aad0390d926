/** From this size up a camera is sent in three layers; Chromium drops the largest of three below it. */
const threeLayers = { width: 960, height: 540 };

const low = 150_000;
const middle = 500_000;
const high = 1_700_000;
const screen = 2_500_000;

/** Width and height as the track says; a silent one counts as 720p. */
function sizeOf(track: MediaStreamTrack): { width: number; height: number } {
  const { width = 1280, height = 720 } = track.getSettings();
  return { width, height };
}

function fitsThree(track: MediaStreamTrack): boolean {
  const { width, height } = sizeOf(track);
  return (
    Math.max(width, height) >= threeLayers.width && Math.min(width, height) >= threeLayers.height
  );
}

/** Simulcast layers of a camera, smallest first. */
export function cameraEncodings(track: MediaStreamTrack): RTCRtpEncodingParameters[] {
  if (!fitsThree(track)) {
    return [
      { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: low },
      { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: middle },
    ];
  }
  return [
    { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: low },
    { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: middle },
    { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: high },
  ];
}

/** A share is one layer: text does not survive scaling down. */
export function screenEncodings(): RTCRtpEncodingParameters[] {
  return [{ maxBitrate: screen }];
}

/**
 * Fits a camera's layers to another device: their number was fixed when the m-line was made.
 * Returns true if anything has to change.
 */
export function refit(encodings: RTCRtpEncodingParameters[], track: MediaStreamTrack): boolean {
  if (encodings.length !== 3) return false;
  const three = fitsThree(track);
  const scales = three ? [4, 2, 1] : [2, 1, 1];
  const rates = [low, middle, high];
  let changed = false;
  encodings.forEach((encoding, i) => {
    const next = {
      scaleResolutionDownBy: scales[i],
      maxBitrate: rates[i],
      active: three || i < 2,
    };
    changed ||=
      encoding.scaleResolutionDownBy !== next.scaleResolutionDownBy ||
      (encoding.active ?? true) !== next.active;
    Object.assign(encoding, next);
  });
  return changed;
}
