import type { Page } from '@playwright/test';
import { startDevServer } from './devserver';
import { expect, test } from './fixtures';
import { hostControls } from './hosting';
import { pretend } from './pretend';
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

test('what surrounds a meeting', async ({ open }) => {
  const ada = await open('Ada');
  const { page } = ada;
  await pretend(page);
  await ada.goto('/');
  await expect(page.getByRole('heading', { name: 'Upcoming' })).toBeVisible();
  await shoot(page, 'busy-dashboard', ['light', 'dark', 'contrast']);
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  await page.getByLabel('Repeats').selectOption('weekly');
  await shoot(page, 'schedule');
  await page.keyboard.press('Escape');
  await ada.goto('/meetings/h3k7m-2p9qx');
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await shoot(page, 'details');
  await page.getByRole('heading', { name: 'Invitation links' }).scrollIntoViewIfNeeded();
  await shoot(page, 'details-lower', ['light']);
  await page.getByRole('button', { name: 'New invitation link' }).click();
  await shoot(page, 'invitation', ['light']);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Streams' }).scrollIntoViewIfNeeded();
  await page.getByRole('button', { name: 'New stream' }).click();
  await shoot(page, 'stream');
  await page.getByLabel('Name', { exact: true }).fill('Camera on the stage');
  await page.getByRole('button', { name: 'Create stream' }).click();
  await expect(page.getByLabel('Key', { exact: true })).toBeVisible();
  await shoot(page, 'stream-key');
  await page.getByRole('button', { name: 'Done' }).click();
  await ada.goto('/meetings/h3k7m-2p9qx/o1');
  await expect(page.getByRole('table')).toBeVisible();
  await shoot(page, 'after');
  await ada.goto('/account');
  await expect(page.getByText('This one, from')).toBeVisible();
  await shoot(page, 'account');
});

test('the same in other languages', async ({ open }) => {
  const ada = await open('Ada');
  const { page } = ada;
  await pretend(page);
  for (const language of ['ar', 'de'] as const) {
    await ada.goto('/signin');
    await page.evaluate((value) => localStorage.setItem('plenum.language', value), language);
    for (const [name, path] of [
      ['dashboard', '/'],
      ['details', '/meetings/h3k7m-2p9qx'],
      ['after', '/meetings/h3k7m-2p9qx/o1'],
    ] as const) {
      await ada.goto(path);
      await expect(page.getByRole('heading').nth(2)).toBeVisible();
      await shoot(page, `${language}-${name}`, ['light']);
    }
    if (language === 'ar') continue;
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    await shoot(page, `${language}-large-letters`, ['light']);
  }
});

test('dashboard and door', async ({ member, open, server }) => {
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
  const text =
    'The server restarts at noon for an update. Meetings go on afterwards by themselves; your places are kept.';
  await server.operate('POST', `rooms/${code}/announce`, { text });
  await expect(page.getByText(/restarts at noon/).first()).toBeVisible();
  await shoot(page, 'announcement', ['dark']);
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
  const dialog = await hostControls(ada);
  await dialog.getByRole('switch', { name: 'Waiting room' }).click();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.page.getByRole('button', { name: /^(Join|Ask)/ }).click();
  await expect(guest.page.getByRole('heading', { name: /waiting room/ })).toBeVisible();
  await shoot(guest.page, 'lobby');
  await ada.control(/^People/).click();
  await shoot(page, 'people-waiting', ['dark']);

  const again = await ada.context.newPage();
  await again.goto(new URL('/', page.url()).href);
  await expect(again.getByRole('heading', { name: 'Live now' })).toBeVisible();
  await shoot(again, 'dashboard');
  await again.getByRole('button', { name: 'Your account' }).click();
  await shoot(again, 'dashboard-account');
  await server.operate('DELETE', `rooms/${code}/participants/${await ada.id()}`);
  await expect(page.getByRole('heading', { name: 'You were removed' })).toBeVisible();
  await shoot(page, 'removed');
});

/** Meetings with painted people: what to ask for, and what to press before the picture. */
const meetings: [name: string, options: string, press?: (page: Page) => Promise<void>][] = [
  ['meeting-alone', 'fake=1'],
  ['meeting-two', 'fake=2&mic'],
  ['meeting-three-dark', 'fake=3&dark'],
  ['meeting-five', 'fake=5'],
  ['meeting-nine', 'fake=9&unread=3&lost'],
  ['meeting-sixteen', 'fake=16'],
  ['meeting-nine-chat', 'fake=9&unread=3', (page) => press(page, /^Chat/)],
  ['meeting-quiet-chat', 'fake=3&quiet', (page) => press(page, /^Chat/)],
  ['meeting-nine-people', 'fake=9&host', (page) => pressOrMore(page, /^People/)],
  ['meeting-host-controls', 'fake=30&host', (page) => pressOrMore(page, /^Host controls/)],
  ['meeting-twenty-five', 'fake=25'],
  ['meeting-hundred', 'fake=100&unread=3'],
  ['meeting-hundred-people', 'fake=100&host', (page) => pressOrMore(page, /^People/)],
  ['meeting-speaker', 'fake=9', (page) => layout(page, 'Speaker')],
  ['meeting-sidebar', 'fake=9', (page) => layout(page, 'Sidebar')],
  ['meeting-share', 'fake=9&share=1'],
  ['meeting-two-shares-people', 'fake=12&host&share=2&mine', (page) => press(page, /^People/)],
  ['meeting-mine', 'fake=5&mine'],
  ['meeting-poor', 'fake=4&poor', (page) => press(page, /^Your connection/)],
  ['meeting-away', 'fake=9&away'],
  ['meeting-away-chat', 'fake=9&away', (page) => press(page, /^Chat/)],
  ['meeting-shortcuts', 'fake=5', (page) => page.keyboard.press('?')],
  ['meeting-reactions', 'fake=5', (page) => press(page, 'React')],
  ['meeting-leave', 'fake=5&host', (page) => press(page, 'Leave')],
  ['meeting-more', 'fake=5&host', (page) => press(page, 'More')],
  ['meeting-settings', 'fake=5', (page) => pressOrMore(page, /^Settings/)],
  ['meeting-person', 'fake=5&host', (page) => personMenu(page)],
];

test('the meeting', async ({ open, server }) => {
  const dev = await startDevServer(server.url);
  try {
    const ada = await open('Ada');
    const { page } = ada;
    ada.allow(dev.url);
    const show = async (options: string) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`${dev.url}/m/h3k7m-2p9qx?${options}`);
      await expect(page.locator('article[data-source=camera]').first()).toBeVisible();
    };
    for (const [name, options, act] of meetings) {
      await show(options);
      await act?.(page);
      await shoot(page, name, name === 'meeting-nine' ? ['light', 'dark', 'contrast'] : ['dark']);
      // What one of them has chosen is not for the next.
      await page.evaluate(() => localStorage.clear());
    }

    await page.evaluate(() => localStorage.setItem('plenum.language', 'ar'));
    for (const [name, options, panel] of [
      ['ar-meeting-chat', 'fake=9&unread=3', 'chat'],
      ['ar-meeting-people', 'fake=12&host&share=2&mine', 'people'],
      ['ar-meeting-hundred', 'fake=100', undefined],
      ['ar-meeting-speaker', 'fake=9&poor', 'connection'],
      ['ar-meeting-host', 'fake=30&host', 'host'],
    ] as const) {
      await show(options);
      if (panel) await page.keyboard.press(keys[panel]);
      await shoot(page, name, ['dark']);
    }
    await page.evaluate(() => localStorage.setItem('plenum.language', 'de'));
    for (const [name, options, panel] of [
      ['de-meeting-people', 'fake=12&host&share=2&mine', 'people'],
      ['de-meeting-host', 'fake=30&host', 'host'],
      ['de-meeting-connection', 'fake=4&poor', 'connection'],
    ] as const) {
      await show(options);
      await page.keyboard.press(keys[panel]);
      await shoot(page, name, ['dark']);
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      await shoot(page, `${name}-large-letters`, ['dark']);
    }
  } finally {
    await dev.stop();
  }
});

/** What opens a panel in every language. */
const keys = { chat: 'c', people: 'p', connection: 't', host: 'o' };

/** On a phone the panels stand behind “More”. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: typeof name === 'string' }).click();
}

async function pressOrMore(page: Page, name: RegExp): Promise<void> {
  const button = page.getByRole('button', { name });
  if (await button.isVisible()) return button.click();
  await press(page, 'More');
  await page.getByRole('menuitem', { name }).click();
}

async function layout(page: Page, name: string): Promise<void> {
  await press(page, /^Layout: /);
  await page.getByRole('menuitemradio', { name }).click();
}

async function personMenu(page: Page): Promise<void> {
  await pressOrMore(page, /^People/);
  await page.getByRole('button', { name: 'More about Aiko Tanaka' }).last().click();
}
