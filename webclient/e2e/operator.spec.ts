import { expectAccessibleStage } from './audit';
import { expect, test } from './fixtures';

test('what whoever runs the server tells and does is said to each, in whole sentences', async ({
  member,
  open,
  server,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Operated');
  await ada.enter();
  await grace.joinByCode(code);
  const guest = await open('Visitor');
  await guest.goto(`/m/${code}`);
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.enter();
  const everybody = [ada, grace, guest];
  const participant = async (who: typeof ada) => `rooms/${code}/participants/${await who.id()}`;

  await test.step('an announcement is shown and spoken to everybody, until they put it away', async () => {
    const text = 'From whoever runs this server: The server restarts at noon.';
    const spoken = everybody.map(({ page }) =>
      page.locator('[aria-live=polite]', { hasText: text }).waitFor({ state: 'attached' }),
    );
    await server.operate('POST', `rooms/${code}/announce`, {
      text: 'The server restarts at noon.',
    });
    await Promise.all(spoken);
    for (const { page } of everybody) {
      await expect(page.getByRole('listitem').filter({ hasText: text })).toBeVisible();
    }
    await expectAccessibleStage(guest, 'an announcement');
    const shown = ada.page.getByRole('listitem').filter({ hasText: text });
    await shown.getByRole('button', { name: 'Close' }).click();
    await expect(shown).toHaveCount(0);
    // By keyboard: F8 leads to the notices.
    await grace.page.keyboard.press('F8');
    await grace.page.keyboard.press('Escape');
    await expect(grace.page.getByText(text)).toHaveCount(0);
  });

  await test.step('who is muted reads by whom, hosts too', async () => {
    for (const who of [ada, guest]) {
      await server.operate('POST', `${await participant(who)}/mute`, {});
      await expect(who.page.getByText('Whoever runs this server muted you.').first()).toBeVisible();
      await expect.poll(() => who.state((s) => s.microphone.on)).toBe(false);
    }
    await server.operate('POST', `${await participant(guest)}/mute`, { source: 'camera' });
    const stopped = guest.page.getByText('Whoever runs this server stopped your camera.').first();
    await expect(stopped).toBeVisible();
    await guest.control('Unmute').click();
    await expect.poll(() => guest.state((s) => s.microphone.on)).toBe(true);
  });

  await test.step('so does who is removed', async () => {
    await server.operate('DELETE', await participant(guest));
    await expect(guest.page.getByRole('heading', { name: 'You were removed' })).toBeVisible();
    await expect(guest.page.getByText(/^Whoever runs this server has taken you out/)).toBeVisible();
    await expect(ada.tile(guest)).toHaveCount(0);
  });

  await test.step('and everybody, when the meeting is closed', async () => {
    await server.operate('POST', `rooms/${code}/close`, {});
    for (const { page } of [ada, grace]) {
      await expect(page.getByRole('heading', { name: 'The meeting has ended' })).toBeVisible();
      await expect(page.getByText(/^Its host or whoever runs this server ended it/)).toBeVisible();
    }
  });
});
