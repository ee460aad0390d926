import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from './audit';
import { expect, test } from './fixtures';
import { readCode } from './qrcode';

test('a meeting is scheduled, stands in the calendar, and the invited find it', async ({
  member,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const { page } = ada;
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Design review');
  await dialog.getByLabel('Date').fill(inDays(3));
  await dialog.getByLabel('Time', { exact: true }).fill('14:30');
  await dialog.getByLabel('Length').selectOption({ label: '45 minutes' });
  await dialog.getByLabel('Time zone').selectOption('Europe/Berlin');
  await dialog.getByLabel('Repeats').selectOption({ label: 'Every week' });
  await dialog.getByLabel('How often').selectOption({ label: '10 times' });
  await expectAccessible(ada, 'scheduling');
  await dialog.getByRole('button', { name: 'Schedule meeting' }).click();
  await expect(page.getByRole('heading', { name: 'Design review' })).toBeVisible();
  await expect(page.getByText('14:30 in Europe/Berlin')).toBeVisible();

  const calendar = await saved(page, () =>
    page.getByRole('button', { name: 'Calendar file' }).click(),
  );
  expect(calendar.name).toBe('Design-review-plenum.ics');
  expect(calendar.text).toContain('BEGIN:VEVENT');
  expect(calendar.text).toContain('FREQ=WEEKLY;COUNT=10');
  expect(calendar.text).toContain('Europe/Berlin');

  await page.getByLabel('E-mail addresses').fill(`Grace <${grace.email}>, nobody@plenum.example`);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByText('nobody@plenum.example has no account here.')).toBeVisible();
  await expect(page.getByText(grace.email)).toBeVisible();
  await expectAccessible(ada, 'all about a meeting');

  await grace.page.reload();
  const invited = grace.page.getByRole('listitem').filter({ hasText: 'Design review' });
  await expect(invited).toContainText('Invited');
  await expect(invited).toContainText('Ada is the host');
  await expectAccessible(grace, 'dashboard with an invitation');
  await invited.getByRole('button', { name: 'More about Design review' }).click();
  await grace.page.getByRole('menuitem', { name: 'Decline invitation' }).click();
  await expect(invited).toHaveCount(0);
});

test('an invitation link lets in whom it is for, as often as it says, until it is revoked', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const { page } = ada;
  const code = await ada.createMeeting('Behind the door');
  await ada.goto(`/meetings/${code}`);
  await page.getByLabel('Waiting room').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('The settings are saved.', { exact: true })).toBeVisible();

  const once = await makeLink(page, '1 person');
  await expect(page.getByText('used 0 of 1 time')).toBeVisible();
  const many = await makeLink(page, 'As many as like');
  await expectAccessible(ada, 'invitation links');

  const first = await open('First');
  await first.page.goto(once);
  await first.page.getByLabel('Your name').fill('First');
  await first.enter();
  const second = await open('Second');
  await second.page.goto(once);
  await second.page.getByLabel('Your name').fill('Second');
  await expect(second.control('Stop camera')).toBeVisible();
  await second.page.getByRole('button', { name: 'Join now' }).click();
  await expect(second.page.getByText('This meeting does not let you in.')).toBeVisible();

  await page.reload();
  await expect(page.getByText('used 1 of 1 time')).toBeVisible();
  await page
    .getByRole('button', { name: /^Revoke/ })
    .first()
    .click();
  await expect(page.getByText('used by 0 people')).toHaveCount(0);
  await second.page.goto('about:blank');
  await second.page.goto(many);
  await expect(second.control('Stop camera')).toBeVisible();
  await second.page.getByRole('button', { name: 'Join now' }).click();
  await expect(second.page.getByText('This meeting does not let you in.')).toBeVisible();

  const helper = await makeLink(page, 'As many as like', { role: 'Co-host', end: 'One day' });
  await expect(page.getByText(/^Co-host/)).toBeVisible();
  await expect(page.getByText(/good until/).first()).toBeVisible();
  await second.page.goto('about:blank');
  await second.page.goto(helper);
  await second.enter();
  await expect(second.control('Host controls')).toBeVisible();
});

test('the loudspeaker and the connection can be tried at the door', async ({ member }) => {
  const ada = await member('Ada');
  const { page } = ada;
  await ada.createMeeting('Try out');
  await expect(ada.control('Stop camera')).toBeVisible();
  await page.getByRole('button', { name: 'Play a test sound' }).click();
  await expect(page.getByRole('button', { name: 'You hear three notes now' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play a test sound' })).toBeVisible();

  await page.getByRole('button', { name: 'Test the connection' }).click();
  await expect(page.getByText('Testing your connection')).toBeVisible();
  await expect(page.getByText(/^Your connection is (good|fair|weak)$/)).toBeVisible({
    timeout: 45_000,
  });
  await expect(
    page.getByText(/\d+ ms, [\d.]+ % lost, at least .* down and .* up, UDP/),
  ).toBeVisible();
  await expectAccessible(ada, 'door after the test');
});

async function makeLink(
  page: Page,
  uses: string,
  { role = 'Participant', end = 'One week' } = {},
): Promise<string> {
  await page.getByRole('button', { name: 'New invitation link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Who comes by it is').selectOption({ label: role });
  await dialog.getByLabel('Good for').selectOption({ label: end });
  await dialog.getByLabel('For how many').selectOption({ label: uses });
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const link = await dialog.getByText(/#i=/).textContent();
  const code = dialog.getByRole('img', { name: /for the camera of a phone/ });
  expect(await readCode(code)).toBe(link);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
  return link ?? '';
}

async function saved(
  page: Page,
  act: () => Promise<void>,
): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await act();
  const file = await coming;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
