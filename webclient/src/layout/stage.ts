import { page as pageOf, pageCount, seat } from './page';
import type { Rect } from './rect';
import { share, under } from './share';
import type { ShareLayout } from './share';
import { stripOrder } from './strip';
import type { Seated } from './strip';
import { tiles } from './tiles';

/** What one chooses: `auto` is a grid until somebody shares or is kept large. */
export type Mode = 'auto' | 'grid' | 'speaker' | 'sidebar';

export const modes: readonly Mode[] = ['auto', 'grid', 'speaker', 'sidebar'];

/** Pins and spotlights together, and no more than this. */
export const mostLarge = 6;

export interface StageInput {
  mode: Mode;
  /** In the order of the roster. */
  people: readonly Seated[];
  /** Whose screens are shared; the first is looked at. */
  shares: readonly string[];
  /** The last speaker, steady enough to move tiles for. */
  speaker: string | undefined;
  /** Kept large by ourselves, and by a host for all. */
  pinned: readonly string[];
  spotlight: readonly string[];
  /** The stage inside its padding, CSS pixels. */
  width: number;
  height: number;
  frame: 'wide' | 'middle' | 'phone' | 'phone-landscape';
  /** A sheet covers most of a phone. */
  squeezed: boolean;
  page: number;
  pageSize: number;
}

/** One picture at its place. */
export interface StageTile {
  id: string;
  source: 'camera' | 'screen';
  rect: Rect;
  /** One of the large ones. */
  large: boolean;
  /** Fills a phone's window, without corners. */
  bleed: boolean;
}

export interface StageLayout {
  kind: 'grid' | 'speaker' | 'sidebar';
  tiles: StageTile[];
  /** Where the invitation stands while one is alone. */
  invite: Rect | null;
  /** People who found no place beside what is large, and where the button for them goes. */
  hidden: number;
  more: Rect | null;
  page: number;
  pages: number;
  /** Who stands on the next page. */
  next: string[];
}

// With the stage's own padding: 40.
const arrowMargin = 24;
const dotsHeight = 20;
// Beside what fills a phone on its side.
const small = { width: 152, height: 96, top: 64, right: 24 };
// On a phone on its side bars lie over the stage; what has to be read stays between them.
const between = { top: 56, bottom: 88, side: 12 };

/** Where every picture goes. Nothing moves here because somebody speaks, except into the last seat or the large place. */
export function stage(input: StageInput): StageLayout {
  const { mode, frame, people, shares } = input;
  const large = largeOnes(input);
  const kept = large.length > 0 && people.length > 1;
  if (shares.length > 0 && mode !== 'grid') return withShare(input);
  if (frame === 'phone-landscape') return filling(input, large);
  if (mode === 'grid' || (mode === 'auto' && !kept) || people.length < 2) return inGrid(input);
  return withLarge(input, kept ? large : [lead(input)]);
}

/** Spotlights first: they are what the host wants all to see. */
function largeOnes({ people, pinned, spotlight }: StageInput): string[] {
  const here = new Set(people.map(({ id }) => id));
  const all = [...new Set([...spotlight, ...pinned])];
  return all.filter((id) => here.has(id)).slice(0, mostLarge);
}

/** Who is large when nobody was chosen. */
function lead({ people, speaker }: StageInput): string {
  const others = people.filter(({ self }) => !self);
  return (others.find(({ id }) => id === speaker) ?? others[0] ?? people[0])?.id ?? '';
}

function gapOf({ frame }: StageInput): number {
  return frame === 'phone' || frame === 'phone-landscape' ? 8 : 12;
}

interface Shown {
  id: string;
  source: 'camera' | 'screen';
}

function inGrid(input: StageInput): StageLayout {
  const { people, shares, speaker, frame, squeezed, pageSize } = input;
  const phone = frame === 'phone';
  const gap = gapOf(input);
  // A shared screen has a seat of its own at the front.
  const order: string[] = [...shares.map((id) => `screen ${id}`), ...people.map(({ id }) => id)];
  const pages = pageCount(order.length, pageSize);
  const page = Math.min(Math.max(0, input.page), pages - 1);
  const speaks = speaker !== undefined && people.some(({ id }) => id === speaker);
  const ids = seat(pageOf(order, page, pageSize), speaks ? speaker : undefined);
  const shown = ids.map(shownOf);
  const alone = people.length === 1 && people[0]?.self === true && shares.length === 0 && !squeezed;

  const arrows = pages > 1 && !phone ? arrowMargin : 0;
  const dots = pages > 1 && phone && !squeezed ? dotsHeight : 0;
  const { positions } = tiles({
    count: shown.length + (alone ? 1 : 0),
    width: input.width - 2 * arrows,
    height: input.height - dots,
    gap,
    // Squeezed by a sheet, two flat tiles stand side by side.
    phone: phone && !squeezed,
  });
  const at = (i: number): Rect | null => {
    const rect = positions[i];
    return rect ? { ...rect, x: rect.x + arrows } : null;
  };
  return {
    kind: 'grid',
    tiles: placed(shown, at, false),
    invite: alone ? at(shown.length) : null,
    hidden: 0,
    more: null,
    page,
    pages,
    next:
      page + 1 < pages
        ? pageOf(order, page + 1, pageSize).filter((id) => !id.startsWith('screen '))
        : [],
  };
}

function withLarge(input: StageInput, large: string[]): StageLayout {
  const { people, speaker, width, height, frame, squeezed, mode } = input;
  const phone = frame === 'phone';
  const gap = gapOf(input);
  const rest = people.filter(({ id }) => !large.includes(id));
  const faces = squeezed ? [] : stripOrder(rest, speaker);
  const room = { width, height, gap, count: faces.length, phone };
  const row = mode === 'speaker' && !phone;
  const places = row ? under(room) : share(room);
  const kind = row || phone ? 'speaker' : 'sidebar';
  return { ...beside(places, faces, large.map(cameraOf), gap), kind };
}

function withShare(input: StageInput): StageLayout {
  const { people, speaker, pinned, spotlight, frame, squeezed, mode, shares } = input;
  const phone = frame === 'phone';
  const flat = frame === 'phone-landscape';
  const gap = gapOf(input);
  const inset = flat ? between : { top: 0, bottom: 0, side: 0 };
  const faces = squeezed ? [] : stripOrder(people, spotlight[0] ?? pinned[0] ?? speaker);
  const room = {
    width: input.width - 2 * inset.side,
    height: input.height - inset.top - inset.bottom,
    gap,
    count: faces.length,
    phone,
  };
  const row = mode === 'speaker' && !phone && !flat;
  const places = row ? under(room) : share(room);
  const shown: Shown[] = shares.slice(0, 1).map((id) => ({ id, source: 'screen' }));
  const layout = beside(places, faces, shown, gap);
  return {
    ...layout,
    kind: row || phone ? 'speaker' : 'sidebar',
    tiles: layout.tiles.map((each) => ({ ...each, rect: moved(each.rect, inset) })),
    more: layout.more && moved(layout.more, inset),
  };
}

/** A phone on its side: one picture fills it, two small tiles lie on the right. */
function filling(input: StageInput, large: string[]): StageLayout {
  const { people, width, height } = input;
  const main = large[0] ?? lead(input);
  const rest = people.filter(({ id }) => id !== main);
  const aside = [...rest.filter(({ self }) => self), ...rest.filter(({ self }) => !self)];
  const shown = aside.slice(0, 2);
  const whole = { x: 0, y: 0, width, height };
  return {
    kind: 'speaker',
    tiles: [
      ...people
        .filter(({ id }) => id === main)
        .map(({ id }): StageTile => ({
          id,
          source: 'camera',
          rect: whole,
          large: true,
          bleed: true,
        })),
      ...placed(
        shown.map(({ id }) => cameraOf(id)),
        (i) => ({
          x: width - small.right - small.width,
          y: small.top + i * (small.height + 8),
          width: small.width,
          height: small.height,
        }),
        false,
      ),
    ],
    invite: null,
    hidden: 0,
    more: null,
    page: 0,
    pages: 1,
    next: [],
  };
}

function beside(
  places: ShareLayout,
  faces: readonly Seated[],
  shown: Shown[],
  gap: number,
): StageLayout {
  const { x, y, width, height } = places.share;
  const inside =
    shown.length === 1
      ? [places.share]
      : tiles({ count: shown.length, width, height, gap }).positions;
  const single = shown.length === 1;
  return {
    kind: 'sidebar',
    tiles: [
      ...placed(
        shown,
        (i) => {
          const rect = inside[i];
          return rect === undefined
            ? null
            : single
              ? rect
              : { ...rect, x: rect.x + x, y: rect.y + y };
        },
        true,
      ),
      ...placed(
        faces.slice(0, places.strip.length).map(({ id }) => cameraOf(id)),
        (i) => places.strip[i] ?? null,
        false,
      ),
    ],
    invite: null,
    hidden: places.hidden,
    more: places.more,
    page: 0,
    pages: 1,
    next: [],
  };
}

function placed(shown: Shown[], at: (i: number) => Rect | null, large: boolean): StageTile[] {
  return shown.flatMap((each, i) => {
    const rect = at(i);
    return rect ? [{ ...each, rect, large, bleed: false }] : [];
  });
}

function cameraOf(id: string): Shown {
  return { id, source: 'camera' };
}

function shownOf(key: string): Shown {
  return key.startsWith('screen ') ? { id: key.slice(7), source: 'screen' } : cameraOf(key);
}

function moved(rect: Rect, { side, top }: { side: number; top: number }): Rect {
  return { ...rect, x: rect.x + side, y: rect.y + top };
}
