import type { SlotReport } from '../protocol/messages';
import type { Timers } from './deps';
import type { SlotStats } from './state';

/** What to tell the server of the slots that carried something between two looks. */
export function slotReports(before: readonly SlotStats[], now: readonly SlotStats[]): SlotReport[] {
  const earlier = new Map(before.map((slot) => [slot.mid, slot]));
  return now.flatMap((slot) => {
    const then = earlier.get(slot.mid);
    if (slot.mid === '' || slot.number === 0 || then === undefined) return [];
    if (slot.bytesReceived <= then.bytesReceived) return [];
    const emitted = slot.jitterBufferEmittedCount - then.jitterBufferEmittedCount;
    const delay = slot.jitterBufferDelay - then.jitterBufferDelay;
    const frozen = (slot.totalFreezesDuration - then.totalFreezesDuration) * 1000;
    return [
      {
        mid: slot.mid,
        height: whole(slot.frameHeight),
        freezes: whole(slot.freezeCount - then.freezeCount),
        frozen: whole(frozen),
        jitterBuffer: emitted > 0 ? whole((delay / emitted) * 1000) : 0,
      },
    ];
  });
}

/** A connection made anew counts from nothing again. */
function whole(value: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;
}

const every = 10_000;

/** Tells the server from time to time what we measured, for those who run it. */
export class Reports {
  private readonly timers: Timers;
  private readonly events: {
    slots(): Promise<SlotStats[]>;
    send(slots: SlotReport[]): void;
  };
  private before: SlotStats[] = [];
  private cancel: () => void = () => {};

  constructor(timers: Timers, events: Reports['events']) {
    this.timers = timers;
    this.events = events;
  }

  begin(): void {
    this.cancel = this.timers.after(every, () => {
      this.begin();
      void this.report().catch(() => {});
    });
  }

  end(): void {
    this.cancel();
  }

  private async report(): Promise<void> {
    const now = await this.events.slots();
    const slots = slotReports(this.before, now);
    this.before = now;
    if (slots.length > 0) this.events.send(slots);
  }
}
