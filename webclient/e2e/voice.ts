import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rate = 48_000;
const seconds = 4;
const pitch = 140;

/**
 * Somebody who speaks without end, as a WAV file that the browser takes for a microphone: a voiced sound in four
 * syllables a second. The browser's own fake beeps for 20 ms twice a second, and no ear takes that for speech.
 */
export function voiceFile(): string {
  const path = join(tmpdir(), 'plenum-e2e-voice.wav');
  if (!existsSync(path)) {
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, wav());
    renameSync(draft, path);
  }
  return path;
}

function wav(): Buffer {
  const count = rate * seconds;
  const file = Buffer.alloc(44 + 2 * count);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * count, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // mono
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++) {
    const t = i / rate;
    // The melody keeps noise suppression from taking it for a hum.
    const phase = 2 * Math.PI * (pitch * t + 3 * Math.sin(2 * Math.PI * 0.5 * t));
    let sample = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) {
      sample += Math.sin(harmonic * phase) / harmonic;
    }
    const syllable = 0.15 + 0.85 * Math.sin(Math.PI * 4 * t) ** 2;
    file.writeInt16LE(Math.round(9_000 * syllable * sample), 44 + 2 * i);
  }
  return file;
}
