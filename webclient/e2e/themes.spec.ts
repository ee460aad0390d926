import { expect, test } from './fixtures';

const canvas = 'getComputedStyle(document.body.querySelector("#root > div")).backgroundColor';

test('each appearance is kept, and the system is followed until one is chosen', async ({
  member,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.evaluate(canvas)).toBe('rgb(15, 17, 21)');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => page.evaluate(canvas)).toBe('rgb(247, 248, 250)');

  for (const [name, colour] of [
    ['Dark', 'rgb(15, 17, 21)'],
    ['High contrast', 'rgb(0, 0, 0)'],
    ['Light', 'rgb(247, 248, 250)'],
  ] as const) {
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitemradio', { name }).click();
    await expect.poll(() => page.evaluate(canvas)).toBe(colour);
    await page.reload();
    await expect(page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
    await expect.poll(() => page.evaluate(canvas)).toBe(colour);
  }

  // The stage is dark, whatever the pages around it are.
  await ada.createMeeting('Stage');
  await expect.poll(() => page.evaluate(canvas)).toBe('rgb(247, 248, 250)');
  await ada.enter();
  await expect.poll(() => page.evaluate(canvas)).toBe('rgb(15, 17, 21)');
});

test('with the system’s own colours every button has an edge', async ({ member }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.emulateMedia({ forcedColors: 'active' });
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll('button')]
      .filter((each) => getComputedStyle(each).borderTopStyle === 'none')
      .map((each) => each.textContent),
  );
  expect(bare).toEqual([]);
});

test('nothing moves for those who asked for less movement', async ({ member }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'New meeting' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  const slow = await page.evaluate(() =>
    document
      .getAnimations()
      .map(({ effect }) => Number(effect?.getComputedTiming().duration ?? 0))
      .filter((ms) => ms > 100),
  );
  expect(slow).toEqual([]);
});
