import { codecChoices, defaultPreferences, savings } from '../call';
import type { CodecChoice, Saving, SendPreferences } from '../call';
import { keep, kept } from './kept';

function flag(name: string, otherwise: boolean): boolean {
  const value = kept(name);
  return value === null ? otherwise : value === 'yes';
}

function codecNamed(name: string | null): CodecChoice | undefined {
  return codecChoices.find((each) => each === name);
}

/** How this person sends, from earlier visits. `asked` is the address's own `?codec=`, for tests. */
export function keptPreferences(asked: string | null = null): SendPreferences {
  const { codec, dtx, fec, red } = defaultPreferences;
  return {
    codec: codecNamed(asked) ?? codecNamed(kept('codec')) ?? codec,
    dtx: flag('dtx', dtx),
    fec: flag('fec', fec),
    red: flag('red', red),
  };
}

export function keepPreferences({ codec, dtx, fec, red }: SendPreferences): void {
  keep('codec', codec);
  for (const [name, on] of Object.entries({ dtx, fec, red })) keep(name, on ? 'yes' : 'no');
}

/** The data saver stays as it is from meeting to meeting; sound only is for the moment. */
export function keptSaving(): Saving {
  return savings.find((each) => each === kept('saver') && each !== 'sound') ?? 'auto';
}

export function keepSaving(saving: Saving): void {
  keep('saver', saving === 'auto' ? null : saving);
}
