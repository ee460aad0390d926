import { expectAccessible } from './audit';
import { expect, test } from './fixtures';
import { Mailbox } from './mailbox';
import { password } from './person';
import { PlenumServer } from './server';

const another = 'eleven lamps in a row';

test('name, password and the places where one is signed in', async ({ member, open }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await ada.goto('/account');
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible();
  await expect(page.getByText('This one, from')).toBeVisible();
  await expectAccessible(ada, 'account');

  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('Your name is saved.', { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Your name')).toHaveValue('Ada Lovelace');

  const elsewhere = await open('Ada');
  const home = elsewhere.page.getByRole('heading', { name: /Ada$/ });
  await test.step('another place is signed out from here', async () => {
    await elsewhere.goto('/signin');
    await elsewhere.signIn();
    await expect(home).toBeVisible();
    await page.reload();
    await page.getByRole('button', { name: /^Sign out Chrome/ }).click();
    await expect(page.getByRole('button', { name: /^Sign out Chrome/ })).toHaveCount(0);
    await elsewhere.page.reload();
    await expect(elsewhere.page).toHaveURL(/\/signin/);
  });

  await test.step('who knows the password may change it', async () => {
    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill(another);
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('That is not your current password.')).toBeVisible();
    await page.getByLabel('Current password').fill(password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByText('Your password is changed.', { exact: true })).toBeVisible();
    await elsewhere.signIn();
    const wrong = elsewhere.page.getByText('E-mail and password do not belong together');
    await expect(wrong).toBeVisible();
    await elsewhere.signIn(another);
    await expect(home).toBeVisible();
  });

  await test.step('all places are signed out at once', async () => {
    await page.getByRole('button', { name: 'Sign out everywhere…' }).click();
    await expectAccessible(ada, 'signing out everywhere');
    await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click();
    await expect(page).toHaveURL(/\/signin/);
    await elsewhere.page.reload();
    await expect(elsewhere.page).toHaveURL(/\/signin/);
  });
});

test('a server without mail says so instead of asking for an address', async ({ open }) => {
  const ada = await open('Ada');
  await ada.goto('/signin');
  await expect(ada.page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect(ada.page.getByRole('link', { name: 'Forgot it?' })).toHaveCount(0);
  await ada.goto('/forgot');
  await expect(ada.page.getByText('This server sends no mail.')).toBeVisible();
  await expectAccessible(ada, 'no mail');
  await ada.goto('/reset#token=nobody-knows-it');
  await ada.page.getByLabel('New password').fill(another);
  await ada.page.getByRole('button', { name: 'Save password' }).click();
  await expect(ada.page.getByText('This link is not good any more.')).toBeVisible();
  await expectAccessible(ada, 'a stale link');
});

const withMail = test.extend<{ mailbox: Mailbox }>({
  mailbox: async ({}, use) => {
    const mailbox = await Mailbox.start();
    await use(mailbox);
    await mailbox.stop();
  },
  server: async ({ mailbox }, use) => {
    const server = await PlenumServer.start({ mail: mailbox.port });
    await use(server);
    await server.stop();
  },
});

withMail('a forgotten password is replaced by way of a mail', async ({ member, mailbox }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await ada.context.clearCookies();
  await ada.goto('/signin');
  await page.getByRole('link', { name: 'Forgot it?' }).click();
  await expectAccessible(ada, 'forgotten');
  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('a link is on its way')).toBeVisible();
  await expect.poll(() => mailbox.linkFor(ada.email)).toMatch(/\/reset#token=/);
  const link = mailbox.linkFor(ada.email);

  const choose = async () => {
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByLabel('New password').fill(another);
    await page.getByRole('button', { name: 'Save password' }).click();
  };
  await choose();
  await expect(page.getByText('Your new password holds from now on.')).toBeVisible();
  await expectAccessible(ada, 'a new password');
  await ada.goto('/signin');
  await ada.signIn(password);
  await expect(page.getByText('E-mail and password do not belong together')).toBeVisible();
  await ada.signIn(another);
  await expect(page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();

  await choose();
  await expect(page.getByText('This link is not good any more.')).toBeVisible();
});
