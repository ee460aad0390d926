import type { CDPSession, Page } from '@playwright/test';
import { Crowd } from './crowd';
import { expect, test } from './fixtures';

declare global {
  interface Window {
    /** What this page was given to keep the screen on. */
    __locks?: WakeLockSentinel[];
  }
}

/** A finger that goes from one point to another. */
async function swipe(session: CDPSession, from: [number, number], to: [number, number]) {
  const touch = (type: string, points: [number, number][]) =>
    session.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: points.map(([x, y]) => ({ x, y })),
    });
  await touch('touchStart', [from]);
  await touch('touchMove', [[(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]]);
  await touch('touchMove', [to]);
  await touch('touchEnd', []);
}

const held = (page: Page) =>
  page.evaluate(() => (window.__locks ?? []).filter(({ released }) => !released).length);

test('on a phone a finger turns the pages, and the screen stays on', async ({ member, open }) => {
  const ada = await member('Ada');
  const { page, context } = ada;
  await context.addInitScript(() => {
    const locks: WakeLockSentinel[] = [];
    window.__locks = locks;
    const { prototype } = WakeLock;
    prototype.request = new Proxy(prototype.request, {
      async apply(target, wakeLock: WakeLock, args) {
        const lock = (await Reflect.apply(target, wakeLock, args)) as WakeLockSentinel;
        locks.push(lock);
        return lock;
      },
    });
  });
  await page.reload();
  await page.setViewportSize({ width: 390, height: 844 });
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
  const code = await ada.createMeeting('On the way');
  expect(await held(page)).toBe(0);
  await ada.enter();
  const outside = await open('Outside');
  await outside.goto('/join');
  const names = ['Carol', 'Dan', 'Erin', 'Frank', 'Heidi', 'Ivan', 'Judy', 'Ken'];
  await Crowd.seat(outside.page, code, names);
  const tiles = page.locator('article[data-source=camera]');
  const current = page.locator('[aria-current=page]');
  const left = () => swipe(session, [320, 400], [80, 410]);
  const right = () => swipe(session, [80, 400], [320, 410]);

  await test.step('six to a page, and the next ones are one swipe away', async () => {
    await expect(tiles).toHaveCount(6);
    await expect(current).toHaveAccessibleName('Page 1 of 2');
    await left();
    await expect(current).toHaveAccessibleName('Page 2 of 2');
    await expect(tiles).toHaveCount(3);
    await right();
    await expect(current).toHaveAccessibleName('Page 1 of 2');
    // Up and down, and a finger that slips, are something else.
    await swipe(session, [200, 600], [140, 300]);
    await swipe(session, [200, 400], [170, 400]);
    await expect(current).toHaveAccessibleName('Page 1 of 2');
  });

  await test.step('a sheet leaves a part of the meeting in sight', async () => {
    await ada.control(/^Chat/).click();
    const sheet = page.getByRole('complementary', { name: 'Chat' });
    await expect(sheet).toBeVisible();
    await expect.poll(async () => (await sheet.boundingBox())?.height ?? 0).toBeLessThan(0.9 * 844);
    await ada.control('Close Chat').click();
    await expect(sheet).toHaveCount(0);
  });

  await test.step('the screen stays on, also after it was dark', async () => {
    await expect.poll(() => held(page)).toBe(1);
    // What a browser does when the page is hidden, and when it is seen again.
    await page.evaluate(() => window.__locks?.at(-1)?.release());
    expect(await held(page)).toBe(0);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => held(page)).toBe(1);
  });

  await test.step('where one reads from the right, forward is the other way', async () => {
    await page.evaluate(() => localStorage.setItem('plenum.language', 'ar'));
    await page.reload();
    await ada.joined();
    const pages = page.locator('[aria-current]');
    const first = await pages.getAttribute('aria-label');
    await right();
    await expect(pages).not.toHaveAttribute('aria-label', first!);
    await left();
    await expect(pages).toHaveAttribute('aria-label', first!);
    await page.evaluate(() => localStorage.removeItem('plenum.language'));
    await page.reload();
    await ada.joined();
  });

  await test.step('and may go dark afterwards', async () => {
    await expect.poll(() => held(page)).toBe(1);
    await ada.leave();
    await expect.poll(() => held(page)).toBe(0);
  });
});
