import type { Timers } from '../deps';

/** Time that stands still until a test moves it. */
export class Clock implements Timers {
  private time = 1_700_000_000_000;
  private waiting: { at: number; f: () => void }[] = [];

  after(ms: number, f: () => void): () => void {
    const entry = { at: this.time + ms, f };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    };
  }

  /** The machine sleeps: time passes and nothing runs. */
  sleep(ms: number): void {
    this.time += ms;
  }

  now(): number {
    return this.time;
  }

  /** Never any jitter: the shortest of each wait. */
  random(): number {
    return 0;
  }

  /** Runs what is due within ms, in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const due = this.waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.waiting = this.waiting.filter((each) => each !== due);
      this.time = Math.max(this.time, due.at);
      due.f();
      await settled();
    }
    this.time = end;
  }
}

/** Waits until all promises that could settle have done so. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
