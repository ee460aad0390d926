import { expectPicture, expectSound } from './expectations';
import { expect, test } from './fixtures';

declare global {
  interface Window {
    /** Gone when a page was loaded anew. */
    __loaded?: true;
  }
}

test('a server that is stopped and begun anew has everybody back by itself', async ({
  member,
  open,
  server,
}) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Update');
  await ada.enter();
  const guest = await open('Visitor');
  await guest.goto(`/m/${code}`);
  await guest.page.getByLabel('Your name').fill('Visitor');
  await guest.enter();
  // Who stands on the dashboard meanwhile stays signed in.
  const grace = await member('Grace');
  const everybody = [ada, guest, grace];
  await expectPicture(ada, guest);
  await guest.control('Mute').click();
  await ada.control(/^Chat/).click();
  const field = ada.page.getByLabel('Message everyone');
  await field.fill('before');
  await field.press('Enter');
  await expect.poll(() => guest.state((s) => s.chat.map(({ text }) => text))).toEqual(['before']);
  await field.fill('a draft');
  for (const { page } of everybody) await page.evaluate(() => (window.__loaded = true));

  await test.step('meanwhile the page says what goes on, and what one can do after a while', async () => {
    await server.halt();
    for (const { page } of [ada, guest]) {
      await expect(page.getByText('Reconnecting', { exact: true }).first()).toBeVisible();
      await expect(page.getByText(/^You keep your seat/)).toBeVisible();
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    await expect(ada.page.getByText(/^Still trying/)).toBeVisible();
  });

  await test.step('then everybody is back, in the same page, with what was on and written', async () => {
    await server.begin();
    await ada.joined();
    await guest.joined();
    await expect(ada.page.getByText('Reconnecting', { exact: true })).toHaveCount(0);
    await expectPicture(ada, guest);
    await expectPicture(guest, ada);
    await expectSound(guest, ada);
    expect(await guest.state((s) => s.microphone.on)).toBe(false);
    await expect(field).toHaveValue('a draft');
    await field.press('Enter');
    const both = ['before', 'a draft'];
    await expect.poll(() => guest.state((s) => s.chat.map(({ text }) => text))).toEqual(both);
    expect(await ada.state((s) => s.participants.length)).toBe(2);
  });

  await test.step('and the dashboard goes on', async () => {
    await grace.joinByCode(code);
    await expectPicture(ada, grace);
    for (const { page } of everybody) expect(await page.evaluate(() => window.__loaded)).toBe(true);
  });
});
