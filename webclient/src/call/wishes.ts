import type { DownSlot, Participant, SlotWish, SlotsWish } from '../protocol/messages';
import type { Timers } from './deps';
import type { Saving } from './preferences';
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
  send(wish: SlotsWish): Promise<void>;
}

/** Turns the tiles of the page into wishes for slots, and sends them when they have changed. */
export class Wishes {
  private readonly timers: Timers;
  private readonly events: WishesEvents;
  private tiles: TileWish[] = [];
  private saving: Saving = 'auto';
  private sent = nothing;
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

  save(saving: Saving): void {
    this.saving = saving;
    this.refresh();
  }

  /** Something that wishes depend on has changed. */
  refresh(): void {
    this.later(settle);
  }

  /** Something waits for the wishes: they go at once. */
  now(): void {
    this.cancel?.();
    this.cancel = undefined;
    if (!this.closed) this.flush();
  }

  /** The server knows nothing of what was sent before. */
  forget(): void {
    this.sent = nothing;
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
    const tiles = saved(this.tiles, this.saving);
    this.events.grow(tiles.filter(({ source }) => source === 'camera').length);
    const before = this.sent;
    const wishes = wishesFor(slots, before.wishes, tiles, this.events.participants());
    const wish = {
      wishes,
      ...(this.saving === '360' && { dataSaver: true }),
      ...(this.saving === 'sound' && { audioOnly: true }),
    };
    if (sameWish(wish, before)) return;
    this.sent = wish;
    this.events.send(wish).catch(() => {
      if (this.sent !== wish) return;
      this.sent = nothing;
      this.later(sendAgain);
    });
  }
}

/** What is left of the tiles when we save: cameras no taller than so, or none. */
function saved(tiles: TileWish[], saving: Saving): TileWish[] {
  switch (saving) {
    case 'auto':
    case 'sound':
      return tiles;
    case 'shares':
      return tiles.filter(({ source }) => source === 'screen');
    case '720':
    case '360':
      return tiles.map((tile) =>
        tile.source === 'camera'
          ? { ...tile, height: Math.min(tile.height, Number(saving)) }
          : tile,
      );
  }
}

const nothing: SlotsWish & { wishes: SlotWish[] } = { wishes: [] };

function sameWish(a: SlotsWish, b: SlotsWish): boolean {
  return (
    sameWishes(a.wishes, b.wishes) &&
    (a.dataSaver ?? false) === (b.dataSaver ?? false) &&
    (a.audioOnly ?? false) === (b.audioOnly ?? false)
  );
}
