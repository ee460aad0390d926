import { expectAccessibleStage } from './audit';
import { Crowd } from './crowd';
import { expect, test } from './fixtures';

const bold = '<b onclick="alert(1)">Bold</b>';
const longest = 'Wolfeschlegelsteinhausenbergerdorff '.repeat(2).slice(0, 64);
const storm = '🎉👩‍👩‍👧‍👦'.repeat(4);
const names = ['Carol', 'Dan', 'Erin', 'Frank', 'Heidi', 'أمل حداد', bold, longest, storm];

test('a list of many: sections, search, filters, and hands in their order', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  const code = await ada.createMeeting('Many');
  await ada.enter();
  const outside = await open('Outside');
  await outside.goto('/join');
  const others = Array.from({ length: 90 }, (_, i) => `Guest ${i + 1}`);
  const crowd = await Crowd.seat(outside.page, code, [...names, ...others]);
  await ada.control(/^People/).click();
  const panel = page.getByRole('complementary', { name: 'People' });
  const rows = panel.getByRole('listitem');
  const heading = (name: string) => panel.getByRole('heading', { name, exact: true });

  await test.step('everybody has a place, and only who is in view is drawn', async () => {
    await expect(heading('Hosts 1')).toBeVisible();
    await expect(heading('In the meeting 99')).toBeVisible();
    await expect(page.getByText('1 / 4', { exact: true })).toBeVisible();
    await expect(page.locator('article[data-source=camera]')).toHaveCount(25);
    expect(await rows.count()).toBeLessThan(40);
    await panel.getByRole('group', { name: 'People' }).press('End');
    await expect(rows.filter({ hasText: 'Guest 90' })).toBeVisible();
    await panel.getByRole('group', { name: 'People' }).press('Home');
    await expectAccessibleStage(ada, 'a hundred people');
  });

  await test.step('who asks for it has forty-nine on a page', async () => {
    await ada.control(/^Layout: /).click();
    await page.getByRole('menuitemradio', { name: '49 tiles' }).click();
    await expect(page.locator('article[data-source=camera]')).toHaveCount(49);
    await expect(page.getByText('1 / 3', { exact: true })).toBeVisible();
    await ada.control(/^Layout: /).click();
    await page.getByRole('menuitemradio', { name: '25 tiles' }).click();
    await expect(page.locator('article[data-source=camera]')).toHaveCount(25);
  });

  await test.step('a name is letters, whatever it says', async () => {
    await expect(rows.filter({ hasText: bold })).toHaveCount(1);
    await expect(panel.locator('b')).toHaveCount(0);
    const list = panel.getByRole('group', { name: 'People' });
    expect(await list.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
  });

  await test.step('a part of a name finds somebody', async () => {
    const field = panel.getByRole('searchbox', { name: 'Find a person' });
    await field.fill('HEI');
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('Heidi');
    await field.fill('أمل');
    await expect(rows).toContainText('أمل حداد');
    await field.fill('nobody at all');
    await expect(panel.getByText('Nobody has such a name.')).toBeVisible();
    await field.fill('');
  });

  await test.step('and so does what they do', async () => {
    await panel.getByRole('button', { name: 'Camera on' }).click();
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText('Ada');
    await panel.getByRole('button', { name: 'Muted' }).click();
    await expect(heading('In the meeting 99')).toBeVisible();
    await expect(heading('Hosts 1')).toHaveCount(0);
    await panel.getByRole('button', { name: 'Weak link' }).click();
    await expect(panel.getByText('Nobody here is like that.')).toBeVisible();
    await panel.getByRole('button', { name: 'All', exact: true }).click();
  });

  await test.step('hands stand first, as they were raised, and the next is called on', async () => {
    for (const [i, name] of ['Frank', 'Carol', 'Guest 77'].entries()) {
      await crowd.raiseHand(name);
      await expect(heading(`Hands up ${i + 1}`)).toBeVisible();
    }
    await expect(rows.nth(0)).toContainText('Frank');
    await expect(rows.nth(1)).toContainText('Carol');
    await expect(rows.nth(2)).toContainText('Guest 77');
    await panel.getByRole('button', { name: 'Next' }).click();
    await expect(rows.nth(0)).toContainText('Has the word');
    // Frank has had the word, and Carol is next.
    await panel.getByRole('button', { name: 'Next' }).click();
    await expect(heading('Hands up 2')).toBeVisible();
    await expect(rows.nth(0)).toContainText('Carol');
    await expect(rows.nth(0)).toContainText('Has the word');
    await panel.getByRole('button', { name: 'Lower all' }).click();
    await expect(panel.getByRole('heading', { name: /^Hands up/ })).toHaveCount(0);
  });
});
