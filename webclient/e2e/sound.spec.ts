import { chromium } from '@playwright/test';
import { executablePath, quietBrowserArgs } from './browser';
import { expectSound } from './expectations';
import { expect, test as base } from './fixtures';
import type { Person } from './person';

const test = base.extend({
  browser: [
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath, args: quietBrowserArgs });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

declare global {
  interface Window {
    __heldBack?: () => Promise<void>;
  }
}

/** Its promise resolves when the browser has held a sound back. Every look of the driver at a page would pass for a click. */
async function watchPlaying(of: Person): Promise<{ promise: Promise<void> }> {
  await of.context.addInitScript(() => {
    const { prototype } = HTMLMediaElement;
    prototype.play = new Proxy(prototype.play, {
      apply(target, element: HTMLMediaElement, args) {
        const playing = Reflect.apply(target, element, args) as Promise<void>;
        playing.catch((error: DOMException) => {
          if (error.name === 'NotAllowedError') void window.__heldBack?.();
        });
        return playing;
      },
    });
  });
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  await of.context.exposeBinding('__heldBack', () => resolve());
  return { promise };
}

/** How many of a page's loudspeakers are held back. */
const silent = (of: Person) =>
  of.page.evaluate(
    () => [...document.querySelectorAll('audio')].filter(({ paused }) => paused).length,
  );

test('where the browser holds sound back, one click lets it out', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Silence');
  await ada.enter();
  await grace.joinByCode(code);
  // In a page that is loaded anew nobody has clicked yet.
  const held = await watchPlaying(grace);
  await grace.page.reload();
  await held.promise;
  await expect(grace.page.getByRole('alert')).toContainText('holds the sound back');
  expect(await silent(grace)).toBeGreaterThan(0);
  await grace.control('Click to hear').click();
  await expect(grace.control('Click to hear')).toHaveCount(0);
  await expect.poll(() => silent(grace)).toBe(0);
  await expectSound(grace, ada);
});
