import { useEffect, useState } from 'react';
import type { CallStats } from '../../call';
import { directionOf } from '../../i18n/languages';
import { useCall } from './call';

const every = 1_000;
/** A minute of samples. */
export const samplesKept = 60;

/** What went through in the second before a moment, in bit/s. */
export interface Sample {
  stats: CallStats;
  sent: number;
  received: number;
  /** Received per slot. */
  slots: Map<string, number>;
}

export function sampleOf(before: CallStats, stats: CallStats): Sample {
  const seconds = Math.max(0.001, (stats.at - before.at) / 1000);
  const rate = (then: number | undefined, now: number) =>
    Math.max(0, ((now - (then ?? now)) * 8) / seconds);
  const key = ({ mid, rid }: { mid: string; rid: string }) => `${mid} ${rid}`;
  const sentThen = new Map(before.up.map((each) => [key(each), each.bytesSent]));
  const then = new Map(before.down.map((each) => [each.mid, each.bytesReceived]));
  const slots = new Map(
    stats.down.map((each) => [each.mid, rate(then.get(each.mid), each.bytesReceived)]),
  );
  return {
    stats,
    sent: stats.up.reduce((sum, each) => sum + rate(sentThen.get(key(each)), each.bytesSent), 0),
    received: [...slots.values()].reduce((sum, each) => sum + each, 0),
    slots,
  };
}

/** The last minute in seconds, oldest first, for as long as somebody looks. */
export function useMeasure(): Sample[] {
  const call = useCall();
  const [samples, setSamples] = useState<Sample[]>([]);
  useEffect(() => {
    let current = true;
    let before: CallStats | undefined;
    const look = () => {
      call
        .stats()
        .then((stats) => {
          if (!current) return;
          const last = before;
          before = stats;
          if (last) {
            setSamples((all) => [...all.slice(1 - samplesKept), sampleOf(last, stats)]);
          }
        })
        .catch(() => {});
    };
    look();
    const timer = setInterval(look, every);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [call]);
  return samples;
}

/** "1.8 Mbit/s", "640 kbit/s": numbers as this person writes them. */
export function rateText(bitsPerSecond: number, language: string): string {
  if (bitsPerSecond >= 1_000_000) {
    const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    const number = new Intl.NumberFormat(language, digits).format(bitsPerSecond / 1_000_000);
    return measured(`${number}\u00a0Mbit/s`, language);
  }
  const number = new Intl.NumberFormat(language).format(Math.round(bitsPerSecond / 1000));
  return measured(`${number}\u00a0kbit/s`, language);
}

/** "1280 × 720"; empty if there is no picture. */
export function sizeText(width: number, height: number, language: string): string {
  if (width <= 0 || height <= 0) return '';
  return measured(`${width}\u00a0×\u00a0${height}`, language);
}

// A measure reads from the left in every script; without the two marks an Arabic line would turn it around.
function measured(text: string, language: string): string {
  return directionOf(language) === 'rtl' ? `\u2066${text}\u2069` : text;
}
