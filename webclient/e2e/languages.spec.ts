import { expectAccessible } from './audit';
import { expect, test } from './fixtures';

test('the language follows the browser, can be changed, and is kept', async ({ member }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Account and appearance' }).click();
  await page.getByLabel('Language', { exact: true }).selectOption('Deutsch');
  await expect(page.getByRole('heading', { name: 'Ihr Konto', exact: true })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await ada.goto('/');
  await expect(page.getByRole('button', { name: 'Neues Meeting' }).first()).toBeVisible();
});

test('Arabic is laid out from right to left', async ({ member }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.evaluate(() => localStorage.setItem('plenum.language', 'ar'));
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  const main = page.getByRole('button', { name: 'اجتماع جديد' }).first();
  await expect(main).toBeVisible();
  const box = (await main.boundingBox())!;
  const { width } = page.viewportSize()!;
  expect(box.x + box.width / 2).toBeGreaterThan(width / 2);
  await expectAccessible(ada, 'dashboard in Arabic');
  // A menu in its own direction: towards the middle, from the button at the left.
  await page.getByRole('button', { name: 'حسابك' }).click();
  const menu = (await page.getByRole('menu').boundingBox())!;
  expect(menu.x).toBeGreaterThanOrEqual(0);
  expect(menu.x + menu.width).toBeLessThan(width / 2);
});

test('German fits: nothing runs out of the page, at twice the size of letters too', async ({
  member,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.evaluate(() => localStorage.setItem('plenum.language', 'de'));
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const size of ['100%', '200%']) {
      await page.reload();
      await expect(page.getByRole('button', { name: 'Neues Meeting' }).first()).toBeVisible();
      await page.evaluate((value) => (document.documentElement.style.fontSize = value), size);
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), {
          message: `${width} wide, letters at ${size}`,
        })
        .toBeLessThanOrEqual(0);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('button, a[class*="rounded-full"]')]
          .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
          .map((each) => each.textContent),
      );
      expect(cut, `${width} wide, letters at ${size}`).toEqual([]);
    }
  }
});
