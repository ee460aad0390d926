import { expectAccessible } from './audit';
import { expect, test } from './fixtures';

test('the own name, and the places where one is signed in', async ({ member }) => {
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
});
