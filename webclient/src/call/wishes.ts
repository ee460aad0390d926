import type { DownSlot, Participant, SlotWish } from '../protocol/messages';
import type { Timers } from './deps';
import type { TileWish } from './state';
import { sameWishes, wishesFor } from './tiles';

// A layout settles in several steps; only the last is worth a message.
const settle = 50;
const sendAgain = 1_000;

export interface WishesEvents {
  /** The slots that the server knows. */
  slots(): DownSlot[];
  participants(): Participant[];
  /** More camera tiles than slots. */
  grow(videos: number): void;
  send(wishes: SlotWish[]): Promise<void>;
}

/** Turns the tiles of the page into wishes for slots, and sends them when they have changed. */
export class Wishes {
  private readonly timers: Timers;
  private readonly events: WishesEvents;
  private tiles: TileWish[] = [];
  private sent: SlotWish[] = [];
  private cancel: (() => void) | undefined;
  private closed = false;

  constructor(timers: Timers, events: WishesEvents) {
    this.timers = timers;
    this.events = events;
  }

  set(tiles: TileWish[]): void {
    this.tiles = tiles;
    this.refresh();
  }

  /** Something that wishes depend on has changed. */
  refresh(): void {
    this.later(settle);
  }

  /** The server knows nothing of what was sent before. */
  forget(): void {
    this.sent = [];
  }

  close(): void {
    this.closed = true;
    this.cancel?.();
  }

  private later(ms: number): void {
    if (this.closed || this.cancel) return;
    this.cancel = this.timers.after(ms, () => {
      this.cancel = undefined;
      this.flush();
    });
  }

  private flush(): void {
    const slots = this.events.slots();
    if (slots.length === 0) return;
    this.events.grow(this.tiles.filter(({ source }) => source === 'camera').length);
    const wishes = wishesFor(slots, this.sent, this.tiles, this.events.participants());
    if (sameWishes(wishes, this.sent)) return;
    this.sent = wishes;
    this.events.send(wishes).catch(() => {
      if (this.sent !== wishes) return;
      this.sent = [];
      this.later(sendAgain);
    });
  }
}
