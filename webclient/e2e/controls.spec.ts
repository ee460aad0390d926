import { expectAccessibleStage } from './audit';
import { expect, test } from './fixtures';

test('keys, push-to-talk and reactions', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Keys');
  await ada.enter();
  await grace.joinByCode(code);
  await expect(ada.tile(grace)).toBeVisible();
  const { page } = ada;
  const microphone = () => ada.state((s) => s.microphone.on);
  const nowhere = () => page.evaluate(() => (document.activeElement as HTMLElement)?.blur());

  await test.step('Space speaks while it is held, but not for a button or a field', async () => {
    await nowhere();
    await page.keyboard.press('m');
    await expect.poll(microphone).toBe(false);
    await page.keyboard.down('Space');
    await expect.poll(microphone).toBe(true);
    await expect(page.getByText('You are heard while you hold Space')).toBeVisible();
    await page.keyboard.up('Space');
    await expect.poll(microphone).toBe(false);

    await page.keyboard.press('c');
    const field = page.getByLabel('Message everyone');
    await field.focus();
    await page.keyboard.type('m v h');
    await expect(field).toHaveValue('m v h');
    expect(await microphone()).toBe(false);
    await ada.control('Raise hand').focus();
    await page.keyboard.press('Space');
    await expect(ada.control('Lower hand')).toBeVisible();
    expect(await microphone()).toBe(false);
    await page.keyboard.press('Space');
    await nowhere();
    await page.keyboard.press('c');
    await expect(page.getByRole('complementary', { name: 'Chat' })).toHaveCount(0);
  });

  await test.step('the catalogue is on ?, and single keys can be switched off', async () => {
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(dialog).toContainText('Mute or unmute');
    await expectAccessibleStage(ada, 'keyboard shortcuts');
    await dialog.getByLabel('Single keys work').click();
    await page.keyboard.press('Escape');
    await nowhere();
    await page.keyboard.press('h');
    await page.keyboard.press('Control+d');
    await expect.poll(microphone).toBe(true);
    expect(await ada.state((s) => s.hands)).toEqual([]);
  });

  await test.step('reactions rise at everybody', async () => {
    await ada.control('React').click();
    await ada.control('Clapping hands').click();
    await expect.poll(() => grace.state((s) => s.bursts.at(-1)?.emoji)).toBe('👏');
    await expect(grace.page.getByTitle('Clapping hands')).toBeVisible();
  });
});

test('a whole meeting by keyboard alone', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Hands off the mouse');
  await ada.enter();
  const { page } = grace;
  await grace.goToDoor(code);
  await expect(grace.control('Stop camera')).toBeVisible();
  /** Goes on with Tab until something of that name has the focus. */
  const reach = async (name: RegExp) => {
    for (let i = 0; i < 60; i++) {
      const here = await page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
      });
      if (name.test(here)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no way to ${name}`);
  };

  await reach(/^Join now/);
  await page.keyboard.press('Enter');
  await grace.joined();
  await page.keyboard.press('F2');
  await reach(/^Stop camera/);
  await page.keyboard.press('Enter');
  await expect.poll(() => grace.state((s) => s.camera.on)).toBe(false);
  await reach(/^Raise hand/);
  await page.keyboard.press('Enter');
  await expect.poll(() => ada.state((s) => s.hands.length)).toBe(1);
  await reach(/^Chat/);
  await page.keyboard.press('Enter');
  await reach(/^Message everyone/);
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  await expect.poll(() => ada.state((s) => s.chat.at(-1)?.text)).toBe('typed');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: 'Chat' })).toHaveCount(0);
  // Back where one came from.
  await reach(/^Chat/);
  await reach(/^Leave/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeVisible();
});

test('what a host opens breaks no rule of accessibility', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Rules');
  await ada.enter();
  await grace.joinByCode(code);
  await grace.control('Stop camera').click();
  await ada.control('Stop camera').click();
  const { page } = ada;
  await ada.control('Host controls').click();
  const dialog = page.getByRole('dialog', { name: 'Host controls' });
  await dialog.getByRole('button', { name: 'Add a person' }).click();
  await dialog.getByRole('button', { name: 'Add Grace' }).click();
  await expectAccessibleStage(ada, 'host controls');
  await page.keyboard.press('Escape');
  await ada.control(/^People/).click();
  await page.getByRole('button', { name: 'More about Grace' }).last().click();
  await expectAccessibleStage(ada, 'menu of a person');
  await page.keyboard.press('Escape');
  await ada.control('React').click();
  await expectAccessibleStage(ada, 'reactions');
  await page.keyboard.press('Escape');
  await ada.control('More').click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await expectAccessibleStage(ada, 'settings');
});
