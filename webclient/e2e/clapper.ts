import type { BrowserContext } from '@playwright/test';

/**
 * A camera and a microphone that tell the time, as a clapperboard does: the picture carries a bar code, and the sound
 * strikes a note each second. Both go by the clock of the page's sound, so that whoever sees and hears them can say
 * how far one is from the other without any other clock.
 *
 *   cells of the bar code   16: milliseconds, modulo `turn`    4: who    4: check
 *   note of second n        lowest + (n mod notes) · apart, in Hz
 */
export const clapper = {
  width: 640,
  height: 360,
  frameRate: 30,
  /** After so many milliseconds the bar code begins again: a whole number of rounds of notes. */
  turn: 64_000,
  notes: 8,
  lowest: 500,
  apart: 150,
};

/** From the next page load on, this is the only camera and microphone. `who` is between 0 and 15. */
export async function bringClapper(
  context: BrowserContext,
  who = 0,
  picture: Partial<Pick<typeof clapper, 'width' | 'height' | 'frameRate'>> = {},
): Promise<void> {
  await context.addInitScript(hold, { ...clapper, ...picture, who });
}

function hold(set: typeof clapper & { who: number }): void {
  let made: Promise<{ picture: MediaStreamTrack; sound: MediaStreamTrack }> | undefined;

  const make = async () => {
    const context = new AudioContext({ sampleRate: 48_000, latencyHint: 'interactive' });
    await context.resume();
    const out = context.createMediaStreamDestination();
    const sounding = (pitch: number, loudness: number) => {
      const tone = new OscillatorNode(context, { frequency: pitch });
      const gain = new GainNode(context, { gain: loudness });
      tone.connect(gain).connect(out);
      tone.start();
      return { tone, gain };
    };
    // Without it there would be no packets between the notes.
    sounding(180, 0.01);
    const note = sounding(set.lowest, 0);
    let next = Math.ceil(context.currentTime + 0.5);
    const compose = () => {
      for (; next < context.currentTime + 1; next++) {
        const pitch = set.lowest + (next % set.notes) * set.apart;
        note.tone.frequency.setValueAtTime(pitch, next - 0.1);
        note.gain.gain.setValueAtTime(0.5, next);
        note.gain.gain.setValueAtTime(0, next + 0.08);
      }
    };
    compose();
    setInterval(compose, 100);

    const canvas = document.createElement('canvas');
    canvas.width = set.width;
    canvas.height = set.height;
    const brush = canvas.getContext('2d')!;
    const cell = set.width / 24;
    const draw = () => {
      const time = Math.round(context.currentTime * 1000) % set.turn;
      const plain = (time << 4) | set.who;
      let check = 0b1010;
      for (let i = 0; i < 20; i += 4) check ^= (plain >> i) & 15;
      const code = (plain << 4) | check;
      brush.fillStyle = `hsl(${set.who * 100} 40% 40%)`;
      brush.fillRect(0, 0, set.width, set.height);
      for (let i = 0; i < 24; i++) {
        brush.fillStyle = (code >> (23 - i)) & 1 ? 'white' : 'black';
        brush.fillRect(i * cell, 0, cell + 1, set.height / 4);
      }
    };
    draw();
    const [picture] = canvas.captureStream(set.frameRate).getVideoTracks();
    setInterval(draw, 1000 / set.frameRate);
    const [sound] = out.stream.getAudioTracks();
    return { picture: picture!, sound: sound! };
  };

  // A page without an address has no devices in Firefox.
  if (!('MediaDevices' in window)) return;
  MediaDevices.prototype.getUserMedia = async ({ video, audio } = {}) => {
    made ??= make();
    const { picture, sound } = await made;
    const stream = new MediaStream();
    if (video) {
      const track = picture.clone();
      const told = track.getSettings.bind(track);
      track.getSettings = () => ({ ...told(), width: set.width, height: set.height });
      stream.addTrack(track);
    }
    if (audio) stream.addTrack(sound.clone());
    return stream;
  };
}
