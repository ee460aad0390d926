import type { Page, Route } from '@playwright/test';
import { expectAccessible } from './audit';
import { expect, test } from './fixtures';
import { password } from './person';

const proxyPage = { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' };
const internal = { status: 500, json: { code: 'internal', message: 'no' } };
const busy = { status: 503, json: { code: 'unavailable', message: 'no' } };

/** The server fails at some requests until the returned function is called. */
async function failing(page: Page, address: RegExp, answer: object): Promise<() => Promise<void>> {
  await page.route(address, (route) => route.fulfill(answer));
  return () => page.unroute(address);
}

/** The server does what it is asked, and the answer gets lost. */
async function lose(route: Route): Promise<void> {
  await route.fetch();
  await route.abort();
}

test('a server that fails is said so, and the next try goes on where one was', async ({ open }) => {
  const ada = await open('Ada');
  const { page } = ada;

  await test.step('at the sign-up', async () => {
    await ada.goto('/signup');
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('E-mail').fill(ada.email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    const mend = await failing(page, /auth\/register$/, internal);
    const create = page.getByRole('button', { name: 'Create account' });
    await create.click();
    await expect(page.getByText('Plenum could not do that.')).toBeVisible();
    await expectAccessible(ada, 'a sign-up that failed', ['light']);
    await mend();
    const name = page.getByLabel('Your name');
    await name.fill('x'.repeat(10_000));
    await expect(name).toHaveValue('x'.repeat(64));
    await name.fill('\u202Erotisiv');
    await create.click();
    await expect(page.getByText('That cannot be used here.')).toBeVisible();
    await name.fill('Ada');
    await create.dblclick();
    await expect(page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
  });

  await test.step('at the start', async () => {
    const mend = await failing(page, /auth\/refresh$/, proxyPage);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Plenum cannot be reached' })).toBeVisible();
    await expectAccessible(ada, 'out of reach', ['light']);
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
  });

  await test.step('on the dashboard', async () => {
    const mend = await failing(page, /api\/meetings/, proxyPage);
    await page.reload();
    const text = page.getByText('Your meetings could not be loaded. Plenum is busy at the moment.');
    await expect(text).toBeVisible();
    await expectAccessible(ada, 'a dashboard that failed', ['light']);
    await mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('Your meetings will stand here')).toBeVisible();
  });

  await test.step('at a new meeting, of which two clicks make one', async () => {
    await page.getByRole('button', { name: 'New meeting' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Second try');
    const mend = await failing(page, /api\/meetings$/, busy);
    const create = dialog.getByRole('button', { name: 'Create meeting' });
    await create.click();
    await expect(dialog.getByText('Plenum is busy at the moment.')).toBeVisible();
    await mend();
    await page.route(/api\/meetings$/, lose, { times: 1 });
    await create.click();
    await expect(dialog.getByText('Plenum cannot be reached.')).toBeVisible();
    await create.dblclick();
    await page.waitForURL(/\/m\/[0-9a-z]{5}-[0-9a-z]{5}$/);
    await page.goBack();
    await expect(page.getByText('Second try', { exact: true })).toHaveCount(1);
    await page.goForward();
  });

  await test.step('at the door, where no try leaves a ghost behind', async () => {
    const join = page.getByRole('button', { name: 'Join now' });
    await expect(ada.control('Stop camera')).toBeVisible();
    const mend = await failing(page, /\/join$/, proxyPage);
    await join.click();
    await expect(page.getByText('Plenum is busy at the moment.')).toBeVisible();
    await mend();
    // The server does it, and the answer gets lost.
    await page.route(/\/join$/, async (route) => {
      await route.fetch();
      await route.abort();
    });
    await expect(ada.control('Stop camera')).toBeVisible();
    await join.click();
    await expect(page.getByText('Plenum cannot be reached.')).toBeVisible();
    await page.unroute(/\/join$/);
    await expect(ada.control('Stop camera')).toBeVisible();
    await join.dblclick();
    await ada.joined();
    expect(await ada.state((s) => s.participants.length)).toBe(1);
  });
});
