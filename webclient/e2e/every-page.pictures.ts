import type { Page } from '@playwright/test';
import { startDevServer } from './devserver';
import { expect, test } from './fixtures';
import { emptyStudio, shoot } from './studio';

test.beforeAll(emptyStudio);

test('pages on the way to a meeting', async ({ open }) => {
  const ada = await open('Ada');
  const { page } = ada;
  await ada.goto('/signin');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await shoot(page, 'signin');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await shoot(page, 'signin-errors');
  await ada.goto('/signup');
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await shoot(page, 'signup');
  await ada.goto('/join');
  await expect(page.getByRole('heading', { name: 'Join as a guest' })).toBeVisible();
  await shoot(page, 'guest');
  await ada.goto('/nowhere');
  await shoot(page, 'not-found');
  await ada.goto('/m/zzzzz-zzzzz');
  await expect(page.getByRole('heading', { name: 'There is no such meeting' })).toBeVisible();
  await shoot(page, 'no-meeting');
  await page.route('**/api/**', (route) => route.abort());
  await ada.goto('/');
  await expect(page.getByRole('heading', { name: 'Plenum cannot be reached' })).toBeVisible();
  await shoot(page, 'unreachable');
});

test('dashboard and door', async ({ member, open }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await shoot(page, 'dashboard-empty');
  await page.getByRole('button', { name: 'New meeting' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await shoot(page, 'dashboard-new');
  await page.keyboard.press('Escape');

  for (const title of ['Retrospective', 'Budget for the coming year, second reading']) {
    await ada.createMeeting(title);
    await ada.enter();
    await ada.control('Leave').click();
    await page.getByRole('menuitem', { name: 'End meeting for all…' }).click();
    await page.getByRole('button', { name: 'End meeting for all' }).click();
    await expect(page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();
    if (title === 'Retrospective') await shoot(page, 'ended');
    await ada.goto('/');
  }
  await ada.createMeeting('One to one with Grace');
  await ada.goto('/');
  const code = await ada.createMeeting('Weekly product review');
  await expect(ada.control('Stop camera')).toBeVisible();
  await shoot(page, 'door');
  await ada.enter();

  const grace = await member('Grace');
  await grace.goToDoor(code);
  await expect(grace.control('Stop camera')).toBeVisible();
  await grace.control('Stop camera').click();
  await shoot(grace.page, 'door-dark-camera');
  await grace.enterAsIs();
  await shoot(page, 'call-of-two', ['dark']);
  await grace.leave();
  await shoot(grace.page, 'left');

  const guest = await open('Visitor');
  await guest.context.addInitScript(() => {
    const { prototype } = MediaDevices;
    const refuse = async () => {
      throw new DOMException('denied', 'NotAllowedError');
    };
    prototype.getUserMedia = refuse;
  });
  await guest.goto(`/m/${code}`);
  await expect(guest.page.getByText('Your browser blocks')).toBeVisible();
  await shoot(guest.page, 'door-denied');

  const again = await ada.context.newPage();
  await again.goto(new URL('/', page.url()).href);
  await expect(again.getByRole('heading', { name: 'Live now' })).toBeVisible();
  await shoot(again, 'dashboard');
  await again.getByRole('button', { name: 'Your account' }).click();
  await shoot(again, 'dashboard-account');
});

/** Meetings with painted people: what to ask for, and what to press before the picture. */
const meetings: [name: string, options: string, press?: (page: Page) => Promise<void>][] = [
  ['meeting-alone', 'fake=1'],
  ['meeting-two', 'fake=2&mic'],
  ['meeting-three-dark', 'fake=3&dark'],
  ['meeting-nine', 'fake=9&unread=3'],
  ['meeting-nine-chat', 'fake=9', (page) => press(page, /^Chat/)],
  ['meeting-quiet-chat', 'fake=3&quiet', (page) => press(page, /^Chat/)],
  ['meeting-nine-people', 'fake=9&host', (page) => press(page, /^People/)],
  ['meeting-thirty', 'fake=30'],
  ['meeting-share', 'fake=9&share=1'],
  ['meeting-two-shares-people', 'fake=9&share=2', (page) => press(page, /^People/)],
  ['meeting-mine', 'fake=5&mine'],
  ['meeting-away', 'fake=9&away'],
  ['meeting-away-chat', 'fake=9&away', (page) => press(page, /^Chat/)],
  ['meeting-leave', 'fake=5&host', (page) => press(page, 'Leave')],
];

test('the meeting', async ({ open, server }) => {
  const dev = await startDevServer(server.url);
  try {
    const { page } = await open('Ada');
    for (const [name, options, act] of meetings) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`${dev.url}/m/h3k7m-2p9qx?${options}`);
      await expect(page.locator('article[data-source=camera]').first()).toBeVisible();
      await act?.(page);
      await shoot(page, name, name === 'meeting-nine' ? ['light', 'dark', 'contrast'] : ['dark']);
    }
  } finally {
    await dev.stop();
  }
});

/** On a phone the panels stand behind “More”. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: typeof name === 'string' }).click();
}
