import { kept } from '../../state/kept';

let context: AudioContext | undefined;

/** Two soft notes, made here: nothing is loaded for it. Silent where the browser or the person wants none. */
export function chime(): void {
  if (kept('sounds') === 'no' || !('AudioContext' in globalThis)) return;
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    note(context, 660, now);
    note(context, 880, now + 0.16);
  } catch {
    // A browser that allows no sound yet.
  }
}

function note(to: AudioContext, pitch: number, at: number): void {
  const tone = to.createOscillator();
  const loud = to.createGain();
  tone.frequency.value = pitch;
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.12, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
  tone.connect(loud).connect(to.destination);
  tone.start(at);
  tone.stop(at + 0.5);
}
