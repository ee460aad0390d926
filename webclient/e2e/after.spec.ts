import { readFile } from 'node:fs/promises';
import { expectAccessible } from './audit';
import { expect, test } from './fixtures';

test('what is kept of a meeting: who was there, how it went, what was written', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const guest = await open('Visitor');
  const { page } = ada;
  const code = await ada.createMeeting('Retrospective');
  await ada.enter();
  await guest.goto(`/m/${code}`);
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.enter();
  await ada.control(/^Chat/).click();
  await page.getByLabel('Message everyone').fill('The plan has three steps');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('log')).toContainText('The plan has three steps');
  await ada.control('Leave').click();
  await page.getByRole('menuitem', { name: 'End meeting for all…' }).click();
  await page.getByRole('button', { name: 'End meeting for all' }).click();
  await expect(guest.page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();

  await ada.goto('/');
  await page.getByRole('link', { name: 'History of Retrospective' }).click();
  await page.getByRole('link', { name: /2 people/ }).click();
  const rows = page.getByRole('table').getByRole('row');
  await expect(rows.filter({ hasText: 'Ada' })).toContainText('Host');
  await expect(rows.filter({ hasText: 'Visitor' })).toContainText('Guest');
  await expect(rows.filter({ hasText: 'Visitor' })).toContainText('1 minute');
  await expect(page.getByText('The plan has three steps')).toBeVisible();
  await expectAccessible(ada, 'after a meeting');

  for (const [button, name, text] of [
    ['Attendance as CSV', 'Retrospective-attendance.csv', 'Visitor'],
    ['Chat as CSV', 'Retrospective-transcript.csv', 'The plan has three steps'],
  ] as const) {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe(name);
    expect(await readFile(await file.path(), 'utf8')).toContain(text);
  }
});

test('who took part without leading sees the own line alone', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Short');
  await ada.enter();
  await grace.joinByCode(code);
  await grace.leave();
  await grace.goto(`/meetings/${code}`);
  await grace.page.getByRole('link', { name: /2 people/ }).click();
  await expect(grace.page.getByText('You see your own line.')).toBeVisible();
  await expect(grace.page.getByRole('table').getByRole('row')).toHaveCount(2);
  await expect(grace.page.getByRole('button', { name: 'Attendance as CSV' })).toHaveCount(0);
});
