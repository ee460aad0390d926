import { describe, expect, it } from 'vitest';
import { avatarColour, initials } from './avatar';

describe('initials', () => {
  it.each([
    ['Mara Lindqvist', 'ML'],
    ['  ana   kovač ', 'AK'],
    ['Beatriz Nogueira dos Santos', 'BS'],
    ['Plato', 'P'],
    ['أمل حداد', 'أح'],
    ['(Zoë) Q', 'ZQ'],
    ['🦊 Fox', '🦊F'],
    ['', ''],
  ])('%s', (name, want) => {
    expect(initials(name)).toBe(want);
  });
});

describe('avatarColour', () => {
  it('is the same for the same person', () => {
    expect(avatarColour('01JD')).toBe(avatarColour('01JD'));
  });

  it('uses every colour', () => {
    const seen = new Set(Array.from({ length: 500 }, (_, i) => avatarColour(`person-${i}`)));
    expect(seen.size).toBe(10);
  });
});
