import { expectPicture } from './expectations';
import { expect, test } from './fixtures';

test('layouts, pins, the spotlight, and screens as tabs', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Stage');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);
  await expectPicture(ada, grace);
  const width = async (of: typeof ada) => (await ada.tile(of).boundingBox())?.width ?? 0;
  const layout = async (name: string) => {
    await ada.control(/^Layout: /).click();
    await ada.page.getByRole('menuitemradio', { name, exact: true }).click();
  };

  await test.step('a pin makes one large, and survives a reload', async () => {
    await ada.tile(alan).hover();
    await ada.control('Pin Alan').click();
    await expect.poll(async () => (await width(alan)) / (await width(grace))).toBeGreaterThan(3);
    await ada.page.reload();
    await ada.joined();
    await expect.poll(async () => (await width(alan)) / (await width(grace))).toBeGreaterThan(3);
    await ada.control('Unpin Alan').click();
    await expect.poll(async () => (await width(alan)) / (await width(grace))).toBeCloseTo(1, 2);
  });

  await test.step('the spotlight of a host makes one large for all', async () => {
    await ada.control(/^People/).click();
    const row = ada.page.getByRole('complementary', { name: 'People' });
    await row.getByRole('button', { name: 'More about Grace' }).click();
    await ada.page.getByRole('menuitem', { name: 'Spotlight for everyone' }).click();
    await ada.control('Close People').click();
    const at = async (of: typeof ada) => (await alan.tile(of).boundingBox())?.width ?? 0;
    await expect.poll(async () => (await at(grace)) / (await at(ada))).toBeGreaterThan(3);
    await ada.control(/^People/).click();
    await row.getByRole('button', { name: 'More about Grace' }).click();
    await ada.page.getByRole('menuitem', { name: 'Take the spotlight away' }).click();
    await ada.control('Close People').click();
    await expect.poll(async () => (await at(grace)) / (await at(ada))).toBeCloseTo(1, 2);
  });

  await test.step('the layout stays as it was chosen', async () => {
    await layout('Speaker');
    await expect(ada.control('Layout: Speaker')).toBeVisible();
    const widths = async () => Math.max(await width(grace), await width(alan));
    await expect.poll(async () => (await widths()) / (await width(ada))).toBeGreaterThan(3);
    await layout('Automatic');
    await expect.poll(async () => (await widths()) / (await width(ada))).toBeCloseTo(1, 2);
  });

  await test.step('one’s own picture can go, for oneself alone', async () => {
    await ada.control(/^Layout: /).click();
    await ada.page.getByRole('menuitemcheckbox', { name: 'Show my own picture' }).click();
    await expect(ada.tile(ada)).toHaveCount(0);
    await expect(grace.tile(ada)).toBeVisible();
    await ada.control(/^Layout: /).click();
    await ada.page.getByRole('menuitemcheckbox', { name: 'Show my own picture' }).click();
    await expect(ada.tile(ada)).toBeVisible();
  });

  await test.step('two screens are tabs, and the one that is chosen is seen', async () => {
    await grace.control('Share screen').click();
    await expect(grace.page.getByText(/^You are sharing/).first()).toBeVisible();
    await alan.control('Share screen').click();
    const tabs = ada.page.getByRole('group', { name: 'Shared screen' });
    await expect(tabs.getByRole('button')).toHaveCount(2);
    await tabs.getByRole('button', { name: /^Alan/ }).click();
    await expectPicture(ada, alan, { source: 'screen' });
  });
});
