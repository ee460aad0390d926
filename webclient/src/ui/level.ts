// Speech lies between these; below is the room, above is shouting.
const floor = -60;
const ceiling = -12;

/** How loud some samples (-1 to 1) are, from 0 to 1, evenly for the ear. */
export function levelOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibel = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, (decibel - floor) / (ceiling - floor)));
}
