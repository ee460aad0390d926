import { chromium } from '@playwright/test';
import { bareBrowserArgs, executablePath } from './browser';
import { expect, test } from './fixtures';
import { expectPicture } from './expectations';
import { Person, password } from './person';

test('a page that needs sign-in brings back to where one came from', async ({ member }) => {
  const ada = await member('Ada');
  await ada.context.clearCookies();
  await ada.goto('/');
  await expect(ada.page).toHaveURL(/\/signin/);
  await ada.signIn();
  await expect(ada.page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
  expect(new URL(ada.page.url()).pathname).toBe('/');

  const code = await ada.createMeeting('Return');
  await ada.context.clearCookies();
  await ada.goto(`/m/${code}`);
  await ada.page.getByRole('link', { name: 'Sign in' }).click();
  await ada.signIn();
  await expect(ada.page).toHaveURL(new RegExp(`/m/${code}$`));
});

test('a wrong password is one clear sentence, and the right one works then', async ({ member }) => {
  const ada = await member('Ada');
  await ada.context.clearCookies();
  await ada.goto('/signin');
  await ada.signIn('not the password');
  await expect(ada.page.getByText('E-mail and password do not belong together')).toBeVisible();
  await ada.signIn(password);
  await expect(ada.page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
});

test('an address that is taken is said at its field', async ({ member, open }) => {
  await member('Ada');
  const again = await open('Ada');
  await again.goto('/signup');
  await again.page.getByLabel('Your name').fill('Ada again');
  await again.page.getByLabel('E-mail').fill(again.email);
  await again.page.getByLabel('Password', { exact: true }).fill(password);
  await again.page.getByRole('button', { name: 'Create account' }).click();
  await expect(again.page.getByText('This e-mail address has an account already')).toBeVisible();
});

test('a code that nobody has is said so', async ({ member }) => {
  const ada = await member('Ada');
  await ada.goto('/m/zzzzz-zzzzz');
  await expect(ada.page.getByRole('heading', { name: 'There is no such meeting' })).toBeVisible();
});

test('a guest joins by the link alone', async ({ member, open }) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Open house');
  await ada.enter();
  const guest = await open('Visitor');
  await guest.goto(`/m/${code}`);
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.enter();
  await expectPicture(ada, guest);
  await expectPicture(guest, ada);
  await expect(ada.tile(guest)).toBeVisible();
});

test('joining without any device works', async ({ member, server }) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Plain');
  await ada.enter();
  const browser = await chromium.launch({ executablePath, args: bareBrowserArgs });
  try {
    const grace = await Person.open(browser, server.url, 'Grace');
    await grace.signUp();
    await grace.goToDoor(code);
    const join = grace.page.getByRole('button', { name: 'Join without camera and microphone' });
    await expect(join).toBeVisible();
    await grace.enterAsIs();
    await expectPicture(grace, ada);
    expect(await grace.state((s) => [s.microphone.on, s.camera.on])).toEqual([false, false]);
    // Whoever only watches has no upstream connection.
    expect(await grace.state((s) => s.connection.up)).toBe('none');
    await expect(ada.tile(grace)).toContainText('Muted');
    await expect(ada.tile(grace).locator('video')).toHaveCount(0);
    expect([...grace.strangers(), ...grace.refused(), ...grace.uncaught()]).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('the host ends the meeting for all', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Short');
  await ada.enter();
  await grace.joinByCode(code);
  await ada.control('Leave').click();
  await ada.page.getByRole('menuitem', { name: 'End meeting for all…' }).click();
  await ada.page.getByRole('button', { name: 'End meeting for all' }).click();
  await expect(grace.page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();
  await expect(ada.page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();
});
