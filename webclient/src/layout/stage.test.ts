import { describe, expect, it } from 'vitest';
import { modes, mostLarge, stage } from './stage';
import type { StageInput, StageLayout } from './stage';
import type { Rect } from './rect';

const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, self: i === 0, hand: 0 }));

function input(change: Partial<StageInput> = {}): StageInput {
  return {
    mode: 'auto',
    people: people(9),
    shares: [],
    speaker: undefined,
    pinned: [],
    spotlight: [],
    width: 1408,
    height: 740,
    frame: 'wide',
    squeezed: false,
    page: 0,
    pageSize: 25,
    ...change,
  };
}

/** Small and seeded, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function cameras(layout: StageLayout): string[] {
  return layout.tiles.filter(({ source }) => source === 'camera').map(({ id }) => id);
}

function apart(a: Rect, b: Rect): boolean {
  return (
    a.x + a.width <= b.x + 0.01 ||
    b.x + b.width <= a.x + 0.01 ||
    a.y + a.height <= b.y + 0.01 ||
    b.y + b.height <= a.y + 0.01
  );
}

function somebody(next: () => number, all: { id: string }[]): string[] {
  return all.filter(() => next() < 0.1).map(({ id }) => id);
}

function anyInput(next: () => number): StageInput {
  const all = people(1 + Math.floor(next() * 60)).map((each) => ({
    ...each,
    hand: next() < 0.2 ? 1 + Math.floor(next() * 5) : 0,
  }));
  const frame = (['wide', 'middle', 'phone', 'phone-landscape'] as const)[Math.floor(next() * 4)]!;
  const wide = frame === 'wide' || frame === 'middle';
  return input({
    mode: modes[Math.floor(next() * modes.length)]!,
    people: all,
    shares: next() < 0.3 ? somebody(next, all) : [],
    speaker: next() < 0.5 ? `p${Math.floor(next() * 70)}` : undefined,
    pinned: next() < 0.3 ? somebody(next, all) : [],
    spotlight: next() < 0.2 ? somebody(next, all) : [],
    frame,
    width: wide ? 600 + next() * 1800 : frame === 'phone' ? 374 : 844,
    height: wide ? 400 + next() * 900 : frame === 'phone' ? 700 : 390,
    squeezed: frame === 'phone' && next() < 0.3,
    page: Math.floor(next() * 5),
    pageSize: frame === 'phone' ? 6 : [9, 16, 25, 49][Math.floor(next() * 4)]!,
  });
}

describe('the stage, whatever is on it', () => {
  it('keeps pictures inside and apart, and each person once', () => {
    const seed = 20_261_126;
    const next = random(seed);
    for (let i = 0; i < 400; i++) {
      const given = anyInput(next);
      const layout = stage(given);
      const label = `seed ${seed}, case ${i}: ${JSON.stringify(given)}`;
      const rects = [
        // What lies over a picture that fills the window is meant to.
        ...layout.tiles.filter(({ bleed }) => !bleed).map(({ rect }) => rect),
        ...(layout.more ? [layout.more] : []),
        ...(layout.invite ? [layout.invite] : []),
      ];
      rects.forEach((a, n) => {
        expect(a.width, label).toBeGreaterThan(0);
        expect(a.height, label).toBeGreaterThan(0);
        expect(a.x, label).toBeGreaterThanOrEqual(-0.01);
        expect(a.y, label).toBeGreaterThanOrEqual(-0.01);
        expect(a.x + a.width, label).toBeLessThanOrEqual(given.width + 0.01);
        expect(a.y + a.height, label).toBeLessThanOrEqual(given.height + 0.01);
        for (const b of rects.slice(n + 1)) expect(apart(a, b), label).toBe(true);
      });
      const shown = cameras(layout);
      expect(new Set(shown).size, label).toBe(shown.length);
      expect((layout.more === null) === (layout.hidden === 0), label).toBe(true);
    }
  });

  it('shows the next page to nobody, and warms only those who are not shown', () => {
    const next = random(7);
    for (let i = 0; i < 300; i++) {
      const given = anyInput(next);
      const layout = stage(given);
      const speaker = given.speaker ?? '';
      const overlap = layout.next.filter((id) => cameras(layout).includes(id) && id !== speaker);
      expect(overlap).toEqual([]);
    }
  });
});

describe('the grid', () => {
  it('keeps the order of those who stay when others join or leave', () => {
    const next = random(11);
    let order = people(20);
    let joined = order.length;
    let before = cameras(stage(input({ people: order })));
    for (let i = 0; i < 400; i++) {
      if (next() < 0.5 && order.length > 1) {
        order = order.filter((_, n) => n !== 1 + Math.floor(next() * (order.length - 1)));
      } else {
        order = [...order, { id: `p${joined++}`, self: false, hand: 0 }];
      }
      const now = cameras(stage(input({ people: order, page: 0 })));
      const stayed = before.filter((id) => now.includes(id));
      expect(now.filter((id) => stayed.includes(id))).toEqual(stayed);
      before = now;
    }
  });

  it('moves nobody for a speaker but the one in the last seat', () => {
    const at = (speaker?: string) =>
      stage(input({ people: people(100), page: 1, speaker })).tiles.map(({ id, rect }) => ({
        id,
        rect,
      }));
    const before = at();
    const now = at('p3');
    expect(now.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(now.at(-1)).toEqual({ id: 'p3', rect: before.at(-1)?.rect });
    expect(at('p30')).toEqual(before);
    expect(at('somebody who left')).toEqual(before);
  });

  it.each([
    [100, 25, 4],
    [100, 49, 3],
    [7, 6, 2],
    [25, 25, 1],
  ])('of %i people in tiles of %i has %i pages', (count, pageSize, pages) => {
    const all = Array.from({ length: pages }, (_, page) =>
      stage(input({ people: people(count), page, pageSize })),
    );
    expect(all.map((each) => each.pages)).toEqual(all.map(() => pages));
    expect(all.flatMap(cameras)).toEqual(people(count).map(({ id }) => id));
    all.forEach((each, i) => expect(each.next).toEqual(all[i + 1] ? cameras(all[i + 1]!) : []));
  });

  it.each([
    [1440, 900],
    [1080, 900],
    [1920, 1080],
  ])('in a window of %i×%i uses 85 percent of the stage from four people on', (w, h) => {
    const used: Record<number, number> = {};
    for (const count of [4, 5, 6, 9, 16, 25]) {
      const { tiles } = stage(
        input({ people: people(count), width: w - 32, height: h - 160, mode: 'grid' }),
      );
      const right = Math.max(...tiles.map(({ rect }) => rect.x + rect.width));
      const left = Math.min(...tiles.map(({ rect }) => rect.x));
      const top = Math.min(...tiles.map(({ rect }) => rect.y));
      const bottom = Math.max(...tiles.map(({ rect }) => rect.y + rect.height));
      used[count] = ((right - left) * (bottom - top)) / ((w - 32) * (h - 160));
    }
    // Five in a nearly square stage cannot: tiles are no narrower than 4:3.
    if (w / h < 1.3) delete used[5];
    expect(Object.entries(used).filter(([, part]) => part < 0.85)).toEqual([]);
  });

  it('invites while one is alone', () => {
    const alone = stage(input({ people: people(1) }));
    expect(alone.invite).not.toBeNull();
    expect(stage(input({ people: people(2) })).invite).toBeNull();
  });

  it('gives shared screens the first seats', () => {
    const layout = stage(input({ mode: 'grid', shares: ['p4', 'p2'] }));
    expect(layout.tiles.slice(0, 3).map(({ source, id }) => `${source} ${id}`)).toEqual([
      'screen p4',
      'screen p2',
      'camera p0',
    ]);
  });
});

describe('what is large', () => {
  const large = (change: Partial<StageInput>) =>
    stage(input(change))
      .tiles.filter((each) => each.large)
      .map(({ id, source }) => (source === 'screen' ? `${id}'s screen` : id));

  it.each([
    ['nobody in a grid', {}, []],
    ['a share', { shares: ['p3', 'p1'] }, ["p3's screen"]],
    ['whom we pinned', { pinned: ['p5', 'p6'] }, ['p5', 'p6']],
    ['a spotlight before a pin', { pinned: ['p5'], spotlight: ['p7'] }, ['p7', 'p5']],
    ['nobody who has left', { pinned: ['p99'] }, []],
    ['the speaker', { mode: 'speaker', speaker: 'p4' }, ['p4']],
    ['the first other before anybody spoke', { mode: 'speaker' }, ['p1']],
    ['nobody in a chosen grid, pinned or not', { mode: 'grid', pinned: ['p5'] }, []],
    ['the speaker beside a strip', { mode: 'sidebar', speaker: 'p2' }, ['p2']],
    ['the speaker on a phone on its side', { frame: 'phone-landscape', speaker: 'p4' }, ['p4']],
  ] as [string, Partial<StageInput>, string[]][])('is %s', (_, change, want) => {
    expect(large(change)).toEqual(want);
  });

  it('is never more than six', () => {
    const all = people(9).map(({ id }) => id);
    expect(large({ pinned: all })).toHaveLength(mostLarge);
  });

  it('is at least 70 percent of the width with a panel open, 80 without', () => {
    for (const count of [2, 9, 30]) {
      for (const [width, part] of [
        [1408, 0.8],
        [1048, 0.7],
      ] as const) {
        const { tiles } = stage(input({ people: people(count), shares: ['p1'], width }));
        expect(tiles[0]!.rect.width / width).toBeGreaterThanOrEqual(part);
      }
    }
  });

  it('has speaker, hands, oneself beside it, then the rest', () => {
    const some = people(5).map((each) => ({ ...each, hand: each.id === 'p3' ? 1 : 0 }));
    const layout = stage(input({ people: some, shares: ['p4'], speaker: 'p2' }));
    expect(cameras(layout)).toEqual(['p2', 'p3', 'p0', 'p1', 'p4']);
  });
});
