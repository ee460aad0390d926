import type { Codec } from '../protocol/messages';

/** How a camera is sent: `auto` is VP8 in simulcast, `h264` the same with H.264, the others are one scalable stream. */
export type CodecChoice = 'auto' | 'h264' | 'vp9' | 'av1';

export const codecChoices: readonly CodecChoice[] = ['auto', 'h264', 'vp9', 'av1'];

/** What one person prefers for what they send. */
export interface SendPreferences {
  codec: CodecChoice;
  /** Hardly any packets while the microphone hears nothing. */
  dtx: boolean;
  /** Each sound packet carries a rough copy of the one before, inside of Opus. */
  fec: boolean;
  /** Each sound packet carries the one before whole: twice the data, no gaps. */
  red: boolean;
}

export const defaultPreferences: SendPreferences = {
  codec: 'auto',
  dtx: true,
  fec: true,
  red: false,
};

/** How much one person receives, from everything to sound alone: `shares` is shared screens and no cameras. */
export type Saving = 'auto' | '720' | '360' | 'shares' | 'sound';

export const savings: readonly Saving[] = ['auto', '720', '360', 'shares', 'sound'];

const codecs: Record<CodecChoice, Codec> = { auto: 'VP8', h264: 'H264', vp9: 'VP9', av1: 'AV1' };

export function codecOf(choice: CodecChoice): Codec {
  return codecs[choice];
}

/** Whether one stream of the codec carries several sizes. */
export function scalable(codec: Codec): boolean {
  return codec === 'VP9' || codec === 'AV1';
}
