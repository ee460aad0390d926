import AxeBuilder from '@axe-core/playwright';
import { expectAccessible, expectAccessibleStage } from './audit';
import { expect, test } from './fixtures';

test('pages outside the meeting break no rule of accessibility', async ({ open }) => {
  const ada = await open('Ada');
  const { page } = ada;
  await ada.goto('/signin');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expectAccessible(ada, 'sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Enter your e-mail address.')).toBeVisible();
  await expectAccessible(ada, 'sign-in with errors');
  await ada.goto('/signup');
  await expect(page.getByRole('heading', { name: 'Create an account' })).toBeVisible();
  await expectAccessible(ada, 'sign-up');
  await ada.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible();
  await expectAccessible(ada, 'not found');

  await ada.signUp();
  await expectAccessible(ada, 'dashboard without meetings');
  await page.getByRole('button', { name: 'New meeting' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(ada, 'new meeting');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Your account' }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await expectAccessible(ada, 'account menu');
});

test('a meeting breaks no rule of accessibility, from its door to the way out', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  const code = await ada.createMeeting('Monday');
  await expect(ada.control('Stop camera')).toBeVisible();
  await expectAccessible(ada, 'pre-join');
  const guest = await open('Visitor');
  await guest.goto(`/m/${code}`);
  await expect(guest.page.getByLabel('Your name')).toBeVisible();
  await expectAccessible(guest, 'pre-join of a guest');

  await ada.enter();
  await expectAccessibleStage(ada, 'meeting alone');
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.enter();
  await guest.control('Raise hand').click();
  await expect(ada.tile(guest).locator('video')).toBeVisible();
  await expectAccessibleStage(ada, 'meeting of two');
  // What follows is about panels, and pictures of cameras take the time that the rules need.
  await ada.control('Stop camera').click();
  await guest.control('Stop camera').click();
  await ada.control(/^Chat/).click();
  await page.getByLabel('Message everyone').fill('The plan has three steps');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log')).toContainText('The plan has three steps');
  await expectAccessibleStage(ada, 'meeting with chat');
  await ada.control(/^People/).click();
  await expectAccessibleStage(ada, 'meeting with people');
  await guest.control('Share screen').click();
  await expect(ada.tile(guest, 'screen').locator('video')).toBeVisible();
  await expectAccessibleStage(ada, 'meeting with a share');
  await expectAccessibleStage(guest, 'meeting while sharing');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessibleStage(ada, 'meeting on a phone');
  await page.setViewportSize({ width: 1280, height: 800 });

  await ada.goto('/');
  await expect(page.getByRole('heading', { name: 'Live now' })).toBeVisible();
  await expectAccessible(ada, 'dashboard with a meeting');
  await guest.leave();
  await expectAccessible(guest, 'way out');
});

test('what the audits look for would be found', async ({ open }) => {
  const ada = await open('Ada');
  await ada.goto('/signin');
  const { page } = ada;
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.evaluate(() => {
    document.body.append(document.createElement('button'));
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    document.body.append(script);
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toContain('button-name');
  // Nobody answers there, and nobody needs to: the wish alone is an offence.
  const { port } = new URL(page.url());
  const elsewhere = `http://127.0.0.1:${port === '65535' ? 65_534 : Number(port) + 1}/pixel`;
  await page.evaluate((address) => fetch(address).catch(() => {}), elsewhere);
  const window = await ada.context.newPage();
  await window.goto(elsewhere).catch(() => {});
  await window.close();
  expect(ada.strangers()).toContain(elsewhere);
  ada.strangers().length = 0;
  await ada.goto('/signin');
  ada.forgive();
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    document.body.append(script);
  });
  // The console says so, and so does an event.
  const refusals = () => ada.refused().filter((each) => each.includes('script-src'));
  await expect.poll(() => refusals().length).toBeGreaterThan(1);
  ada.forgive();
});
