// @vitest-environment happy-dom
import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '../../ui/draw';
import { CallProvider } from './call';
import { ConnectionPanel } from './ConnectionPanel';
import { peopleOf } from './people';
import { QualityBadge } from './QualityBadge';
import { pictureQuality } from './quality';
import type { qualityReport } from './quality';
import { ShowcaseCall } from './showcaseCall';

beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

/** Two seconds, in which the figures come in. */
async function look() {
  await act(() => vi.advanceTimersByTimeAsync(2_000));
}

const lines = () =>
  [...document.querySelectorAll('dl > div')].map((line) =>
    (line.textContent ?? '').replaceAll('\u00a0', ' '),
  );

async function panel(query: string, network: 'good' | 'weak') {
  const call = new ShowcaseCall(new URLSearchParams(query));
  draw(
    <CallProvider call={call}>
      <ConnectionPanel network={network} loss={0.002} sheet={false} onClose={() => {}} />
    </CallProvider>,
  );
  await look();
  return call;
}

describe('the connection panel', () => {
  it('has what goes out and what comes in, and by which way', async () => {
    await panel('fake=3', 'good');
    expect(screen.getByText('Your connection is good')).toBeTruthy();
    expect(document.body.textContent).toContain('38\u00a0ms round trip, 0.2\u00a0% lost');
    expect(lines()).toContain('Camera1280 × 720, 30 fps');
    expect(lines()).toContain('CodecVP9, 3 sizes');
    expect(lines()).toContain('RouteUDP, direct');
  });

  it('says of each picture what the server says, beside what arrives', async () => {
    await panel('fake=9&poor', 'weak');
    expect(screen.getByText('Your download is slow')).toBeTruthy();
    expect(lines()).toContain('Your link carries800 kbit/s');
    expect(lines()).toContain('Mara640 × 360360p: your link carries 800 kbit/s');
    expect(lines()).toContain('Tomás320 × 180, their sidetheir upload carries no more');
    expect(lines()).toContain('Yusufnothing yetpaused, your link carries 800 kbit/s');
    expect(lines()).toContain('Priya320 × 180180p: the tile is small on your screen');
  });

  it('names our own side when it is the way up', async () => {
    await panel('fake=3&poor=up', 'weak');
    expect(screen.getByText('Your upload is slow')).toBeTruthy();
    expect(lines()).toContain('Limited byyour upload');
  });
});

it('copies whose side is bad, and why each picture is as it is', async () => {
  const writeText = vi.fn((text: string) => Promise.resolve(void text));
  vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText } as unknown as Clipboard);
  await panel('fake=9&poor', 'weak');
  await act(async () => screen.getByRole('button', { name: 'Copy report' }).click());
  const copied = JSON.parse(writeText.mock.calls[0]![0]) as ReturnType<typeof qualityReport>;
  expect(copied.own).toEqual({ level: 'poor', worse: 'down' });
  const sides = copied.pictures.map(({ side, reason }) => `${side} ${reason.kind}`);
  expect(sides).toContain('yours link');
  expect(sides).toContain('yours paused');
  expect(sides).toContain('theirs met');
  expect(copied.stats?.down[0]?.participant).toBe(copied.pictures[0]!.participant);
});

describe('bars on a tile', () => {
  async function explain(query: string, index: number) {
    const call = new ShowcaseCall(new URLSearchParams(query));
    const person = peopleOf(call.getState())[index]!;
    const quality = pictureQuality(call.getState().quality, person.id, call.qualityOf(person.id));
    draw(
      <CallProvider call={call}>
        <QualityBadge person={person} quality={quality} small={false} />
      </CallProvider>,
    );
    const bars = screen.getByRole('button');
    await act(async () => bars.click());
    await look();
    return { call, name: bars.getAttribute('aria-label') };
  }

  it('say whose side it is, and that there is nothing for us to do', async () => {
    const { name } = await explain('fake=9&poor=up', 1);
    expect(name).toBe('Tomás Ferreira: their connection is slow. Show why');
    expect(screen.getByText(/^Tomás’s connection is slow/).textContent).toContain(
      'nothing for you',
    );
    expect(screen.queryByRole('button', { name: 'Turn on data saver' })).toBeNull();
  });

  it('offer what helps when the side is ours', async () => {
    const { call, name } = await explain('fake=9&poor', 0);
    expect(name).toBe('Mara Lindqvist: your connection is slow. Show why');
    const help = screen.getByRole('button', { name: 'Turn on data saver' });
    await act(async () => help.click());
    expect(call.getState().saving).toBe('360');
  });
});
