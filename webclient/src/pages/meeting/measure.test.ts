import { describe, expect, it } from 'vitest';
import type { CallStats } from '../../call';
import { rateText, sampleOf, sizeText } from './measure';

const stats = (at: number, sent: number[], received: number[]) =>
  ({
    at,
    offers: { up: 1, down: 1 },
    up: sent.map((bytesSent, i) => ({ mid: '0', rid: `r${i}`, bytesSent })),
    down: received.map((bytesReceived, i) => ({ mid: String(i), bytesReceived })),
  }) as CallStats;

describe('a sample', () => {
  it('is what went through between two looks', () => {
    const sample = sampleOf(stats(0, [0, 1000], [0, 500]), stats(2000, [250, 1250], [1000, 500]));
    expect([sample.sent, sample.received]).toEqual([2000, 4000]);
    expect(sample.slots.get('0')).toBe(4000);
  });

  it('counts nothing for what has just appeared or begun anew', () => {
    const sample = sampleOf(stats(0, [9000], []), stats(1000, [10, 700], [800]));
    expect([sample.sent, sample.received]).toEqual([0, 0]);
  });
});

it.each([
  [1_840_000, '1.8 Mbit/s'],
  [12_000_000, '12.0 Mbit/s'],
  [640_400, '640 kbit/s'],
  [0, '0 kbit/s'],
])('%d bit/s is %s', (rate, text) => {
  expect(rateText(rate, 'en').replace('\u00a0', ' ')).toBe(text);
});

it('a picture without size has none', () => {
  expect(sizeText(0, 0, 'en')).toBe('');
  expect(sizeText(1280, 720, 'en').replaceAll('\u00a0', ' ')).toBe('1280 × 720');
});

it('a measure is not turned around where one reads from the right', () => {
  expect(sizeText(1280, 720, 'ar')).toBe('\u20661280\u00a0×\u00a0720\u2069');
  expect(rateText(640_400, 'ar')).toMatch(/^\u2066.*kbit\/s\u2069$/);
});
