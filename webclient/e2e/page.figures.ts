import type { Page } from '@playwright/test';
import { Bots } from './bots';
import { Crowd } from './crowd';
import { expect, test } from './fixtures';
import { dearest, MainThread } from './mainthread';
import { Person } from './person';
import { median } from './skew';

const cameras = 24;
const silent = 75;

// Small pictures: decoding them is not what is measured, and has to fit into the machine beside it.
const scenario = `
name: roster
ramp: 5s
duration: 10m
bots:
  - name: people
    role: speaker-changer
    count: ${cameras}
    camera: {fps: 15, layers: [{size: 320x180, bitrate: 100k}]}
    microphone: {level: 25}
    every: 1s
`;

test('the main thread with 25 tiles and 100 people, of whom another one speaks each second', async ({
  browser,
  member,
  open,
  server,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.setViewportSize({ width: 1440, height: 900 });
  const code = await ada.createMeeting('Roster');
  await ada.enter();
  await ada.control('Mute').click();
  await ada.control('Stop camera').click();
  const bots = await Bots.send(server.url, code, scenario);
  try {
    const count = () => ada.state((s) => s.participants.length);
    await expect.poll(count, { timeout: 60_000 }).toBe(1 + cameras);
    const outside = await open('Outside');
    await outside.goto('/join');
    const names = Array.from({ length: silent }, (_, i) => `Guest ${i + 1}`);
    await Crowd.seat(outside.page, code, names);
    await expect.poll(count).toBe(1 + cameras + silent);
    const pictures = page.locator('article[data-source=camera] video');
    await expect(pictures).toHaveCount(cameras, { timeout: 60_000 });
    const thread = await MainThread.of(browser, page);
    for (const panel of ['none', 'People', 'Chat']) {
      if (panel !== 'none') await ada.control(new RegExp(`^${panel}`)).click();
      const before = await frames(page);
      const { main, all } = await thread.share(page, 15);
      const fps = ((await frames(page)) - before) / 15;
      const others = [...all].filter(([, part]) => part > 0.01).sort(([, a], [, b]) => b - a);
      console.log(
        `panel ${panel}: main thread ${percent(main)} of a core, ${fps.toFixed(0)} frames/s shown; ` +
          others.map(([name, part]) => `${name} ${percent(part)}`).join(', '),
      );
    }
    console.log((await dearest(page, 10, 25)).join('\n'));
  } finally {
    await bots.stop();
  }
});

async function frames(page: Page): Promise<number> {
  return page.evaluate(() =>
    [...document.querySelectorAll('video')].reduce(
      (sum, video) => sum + video.getVideoPlaybackQuality().totalVideoFrames,
      0,
    ),
  );
}

const visits = 7;

test('the largest paint of each page, at a first visit', async ({ browser, member, server }) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Paint');
  const storage = await ada.context.storageState();
  for (const [what, path, options] of [
    ['sign-in', '/signin', {}],
    ['door of a guest', `/m/${code}`, {}],
    ['dashboard', '/', { storageState: storage }],
  ] as const) {
    const times: number[] = [];
    const bytes: number[] = [];
    for (let i = 0; i < visits; i++) {
      const person = await Person.open(browser, server.url, 'Visitor', 'small', options);
      await person.goto(path);
      await expect(person.page.getByRole('heading').first()).toBeVisible();
      await person.page.waitForLoadState('networkidle');
      times.push(await largestPaint(person.page));
      bytes.push(await scriptBytes(person.page));
      await person.context.close();
    }
    const [best, worst] = [Math.min(...times), Math.max(...times)];
    console.log(
      `${what}: largest paint ${median(times).toFixed(0)} ms (${best.toFixed(0)} to ${worst.toFixed(0)}), ` +
        `${(median(bytes) / 1000).toFixed(0)} kB of scripts as sent`,
    );
  }
});

async function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((found) => {
        new PerformanceObserver((list) => {
          found(list.getEntries().at(-1)?.startTime ?? Number.NaN);
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );
}

async function scriptBytes(page: Page): Promise<number> {
  return page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => name.endsWith('.js'))
      .reduce((sum, each) => sum + each.transferSize, 0),
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
