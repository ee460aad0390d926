import type { DownSlot, Participant, SlotWish } from '../protocol/messages';
import type { TileWish } from './state';

const cameraPriority = 100;
const screenPriority = 200;

function keyOf(wish: { participant: string; source: string }): string {
  return `${wish.source} ${wish.participant}`;
}

/**
 * Gives each tile a slot of its kind. A tile that has a slot keeps it; the others take the first free
 * ones, so that a page that turns re-uses the slots of the page before. Tiles too many get none.
 */
export function wishesFor(
  slots: DownSlot[],
  before: SlotWish[],
  tiles: TileWish[],
  participants: Participant[],
): SlotWish[] {
  const had = new Map(before.map((wish) => [keyOf(wish), wish.mid]));
  const camera = tiles.filter(({ source }) => source === 'camera');
  const screens = tiles.filter(({ source }) => source === 'screen');
  return [
    ...place(midsOf(slots, 'video'), had, camera.map(cameraWish)),
    ...place(midsOf(slots, 'screen'), had, screens.map(screenWish)),
    ...place(midsOf(slots, 'screen-audio'), had, soundWishes(screens, participants)),
  ];
}

type Unplaced = Omit<SlotWish, 'mid'>;

function place(mids: string[], had: Map<string, string>, wishes: Unplaced[]): SlotWish[] {
  const unique = [...new Map(wishes.map((wish) => [keyOf(wish), wish])).values()];
  const kept = new Map<Unplaced, string>();
  for (const wish of unique) {
    const mid = had.get(keyOf(wish));
    if (mid !== undefined && mids.includes(mid)) kept.set(wish, mid);
  }
  const taken = new Set(kept.values());
  const free = mids.filter((mid) => !taken.has(mid));
  return unique.flatMap((wish) => {
    const mid = kept.get(wish) ?? free.shift();
    return mid === undefined ? [] : [{ mid, ...wish }];
  });
}

function midsOf(slots: DownSlot[], kind: DownSlot['kind']): string[] {
  return slots.filter((slot) => slot.kind === kind && slot.mid !== '').map(({ mid }) => mid);
}

function cameraWish(tile: TileWish): Unplaced {
  const { participant, source, height, priority = cameraPriority } = tile;
  return { participant, source, height: Math.round(height), priority };
}

function screenWish(tile: TileWish): Unplaced {
  const { participant, source, height, priority = screenPriority } = tile;
  return { participant, source, height: Math.round(height), priority };
}

// The sound of the share that is looked at; where none is, of any, since sound needs no tile.
function soundWishes(screens: TileWish[], participants: Participant[]): Unplaced[] {
  const sounding = participants
    .filter(({ publications }) => publications.some(({ source }) => source === 'screen-audio'))
    .map(({ id }) => id);
  const looked = screens
    .map(({ participant }) => participant)
    .filter((id) => sounding.includes(id));
  return (screens.length > 0 ? looked : sounding).map((participant) => ({
    participant,
    source: 'screen-audio',
    height: 0,
    priority: screenPriority,
  }));
}

export function sameWishes(a: SlotWish[], b: SlotWish[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
