import type { Page } from '@playwright/test';
import { expectAccessible } from './audit';
import { expectPicture, expectSound } from './expectations';
import { expect, test } from './fixtures';
import { expectPlays, play, publish } from './outside';
import type { Access } from './outside';

test('a stream that the host makes brings its picture in, and another plays the meeting out', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Lecture');
  await ada.goto(`/meetings/${code}`);
  const streams = ada.page.getByRole('region', { name: 'Streams' });
  await expect(streams).toContainText('will stand here');
  await grace.joinByCode(code);
  const studio = (await open('Studio')).page;
  await studio.goto(new URL('/join', ada.page.url()).href);

  const stage =
    await test.step('the key is shown once, and everything goes by keyboard', async () => {
      const { page } = ada;
      await streams.getByRole('button', { name: 'New stream' }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'New stream' });
      await expectAccessible(ada, 'a new stream');
      await dialog.getByLabel('Name').focus();
      await page.keyboard.type('Stage');
      await page.keyboard.press('Enter');
      const done = page.getByRole('dialog', { name: 'Stage' });
      await expect(done.getByText(/Treat the key like a password/)).toBeVisible();
      await expectAccessible(ada, 'the key of a stream');
      const access = await accessIn(page);
      expect(access.url).toBe(new URL(`/whip/${code}`, page.url()).href);
      await done.getByRole('button', { name: 'Copy the key' }).focus();
      await page.keyboard.press('Enter');
      await expect(page.getByText('The key is copied.', { exact: true })).toBeVisible();
      await page.keyboard.press('Tab');
      await expect(done.getByRole('button', { name: 'Done' })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(done).toHaveCount(0);
      await expect(streams.getByRole('button', { name: 'New stream' })).toBeFocused();
      const field = page.getByLabel('E-mail addresses');
      await field.focus();
      await page.keyboard.press('Control+V');
      await expect(field).toHaveValue(access.token);
      await page.reload();
      await expect(streams.getByRole('heading', { name: 'Stream: Stage' })).toBeVisible();
      expect(await page.content()).not.toContain(access.token);
      return access;
    });

  const sent = {
    name: 'Stage',
    id: async () =>
      (await grace.state((s) => s.participants.find(({ name }) => name === 'Stage')?.id)) ?? '',
  };
  await test.step('what it sends is seen and heard as somebody in the meeting', async () => {
    expect(await publish(studio, stage)).toBe(201);
    await expect(grace.tile(sent).locator('video')).toBeVisible();
    await expectPicture(grace, sent);
    await expectSound(grace, sent);
  });

  await test.step('a player shows whoever speaks', async () => {
    const hall = await made(ada.page, 'Hall', 'Plays the meeting out');
    expect(hall.url).toContain('/whep/');
    const player = await studio.context().newPage();
    await player.goto(studio.url());
    expect(await play(player, hall)).toBe(201);
    await expectPlays(player);
    // It is told from people, and has no tile.
    await expect
      .poll(() => grace.state((s) => s.participants.map(({ name }) => name)))
      .toContain('Hall');
    await expect(grace.tile({ name: 'Hall' })).toHaveCount(0);
    // A key of one way is none of the other.
    expect(await publish(player, { ...stage, token: hall.token })).toBe(403);
  });

  await test.step('revoked, it is out at once and does not come back', async () => {
    await streams.getByRole('button', { name: 'Revoke: Stream: Stage' }).click();
    await expect(streams.getByText('Stream: Stage')).toHaveCount(0);
    await expect(grace.tile(sent)).toHaveCount(0);
    expect(await publish(studio, stage)).toBe(401);
  });
});

async function made(page: Page, name: string, what: string): Promise<Access> {
  await page.getByRole('button', { name: 'New stream' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What it does').selectOption({ label: what });
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Create stream' }).click();
  const access = await accessIn(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toHaveCount(0);
  return access;
}

async function accessIn(page: Page): Promise<Access> {
  const dialog = page.getByRole('dialog');
  return {
    url: await dialog.getByLabel('Address', { exact: true }).inputValue(),
    token: await dialog.getByLabel('Key', { exact: true }).inputValue(),
  };
}
