import type { DownSlot, Participant, SlotWish, SlotsWish, WarmWish } from '../protocol/messages';
import type { Timers } from './deps';
import type { Saving } from './preferences';
import type { TileWish } from './state';
import { sameWishes, wishesFor } from './tiles';

// A layout settles in several steps; only the last is worth a message.
const settle = 50;
const sendAgain = 1_000;
// The server takes no more.
const warmMost = 49;

export interface WishesEvents {
  /** The slots that the server knows. */
  slots(): DownSlot[];
  participants(): Participant[];
  /** More camera tiles than slots. */
  grow(videos: number): void;
  send(wish: SlotsWish): Promise<void>;
}

/** Turns the tiles of the page, and who is on the next one, into wishes, and sends them when they have changed. */
export class Wishes {
  private readonly timers: Timers;
  private readonly events: WishesEvents;
  private tiles: TileWish[] = [];
  private next: readonly string[] = [];
  private saving: Saving = 'auto';
  // The server shows anybody to who never wished.
  private sent: Sent | undefined;
  private laidOut = false;
  private cancel: (() => void) | undefined;
  private closed = false;

  constructor(timers: Timers, events: WishesEvents) {
    this.timers = timers;
    this.events = events;
  }

  set(tiles: TileWish[], next: readonly string[]): void {
    this.tiles = tiles;
    this.next = next;
    this.laidOut = true;
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
    this.sent = undefined;
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

  /** The cameras of the next page, where pictures of people are wanted at all. */
  private warm(shown: TileWish[]): WarmWish[] {
    if (this.saving === 'shares' || this.saving === 'sound') return [];
    const here = shown.filter(({ source }) => source === 'camera').map((each) => each.participant);
    return [...new Set(this.next)]
      .filter((participant) => !here.includes(participant))
      .slice(0, warmMost)
      .map((participant) => ({ participant, source: 'camera' }));
  }

  private flush(): void {
    const slots = this.events.slots();
    if (slots.length === 0) return;
    const tiles = saved(this.tiles, this.saving);
    this.events.grow(tiles.filter(({ source }) => source === 'camera').length);
    const before = this.sent ?? (this.laidOut ? undefined : nothing);
    const wishes = wishesFor(slots, before?.wishes ?? [], tiles, this.events.participants());
    const warm = this.warm(tiles);
    const wish = {
      wishes,
      ...(warm.length > 0 && { warm }),
      ...(this.saving === '360' && { dataSaver: true }),
      ...(this.saving === 'sound' && { audioOnly: true }),
    };
    if (before && sameWish(wish, before)) return;
    this.sent = wish;
    this.events.send(wish).catch(() => {
      if (this.sent !== wish) return;
      this.sent = undefined;
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

type Sent = SlotsWish & { wishes: SlotWish[] };

const nothing: Sent = { wishes: [] };

function sameWish(a: SlotsWish, b: SlotsWish): boolean {
  return (
    sameWishes(a.wishes, b.wishes) &&
    JSON.stringify(a.warm) === JSON.stringify(b.warm) &&
    (a.dataSaver ?? false) === (b.dataSaver ?? false) &&
    (a.audioOnly ?? false) === (b.audioOnly ?? false)
  );
}
