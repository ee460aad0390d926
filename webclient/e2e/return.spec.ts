import { expect, test } from './fixtures';
import { expectPicture, expectSound } from './expectations';

test('a page that is loaded anew goes on as the same participant', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Lid');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(ada, grace);
  const id = await grace.id();
  await grace.control('Mute').click();
  await grace.control('Raise hand').click();
  await expect.poll(() => ada.state((s) => s.hands)).toEqual([id]);
  const seen: number[] = [];

  await grace.page.reload();
  await grace.joined();
  seen.push((await ada.state((s) => s.participants.length)) ?? 0);
  expect(await grace.id()).toBe(id);
  await expect(grace.control('Unmute')).toBeVisible();
  await expect(grace.control('Lower hand')).toBeVisible();
  await expectPicture(ada, grace);
  await expectPicture(grace, ada);
  expect(await ada.state((s) => s.hands)).toEqual([id]);
  expect(seen).toEqual([2]);
});

test('a socket that drops is resumed: same connections, nothing lost or doubled', async ({
  member,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Line');
  await ada.enter();
  const cuts: (() => Promise<void>)[] = [];
  let down = false;
  await grace.page.routeWebSocket(/\/ws$/, (route) => {
    if (down) return void route.close({ code: 1013, reason: 'down' });
    const server = route.connectToServer();
    cuts.push(async () => {
      await server.close({ code: 3000, reason: 'cut' });
      await route.close({ code: 1013, reason: 'cut' });
    });
  });
  await grace.joinByCode(code);
  await expectPicture(grace, ada);
  await grace.control(/^Chat/).click();
  const offers = await grace.offers();
  const id = await grace.id();

  await test.step('a calm strip, and the last pictures stay', async () => {
    down = true;
    await cuts[0]!();
    await expect(grace.page.getByText('Reconnecting').first()).toBeVisible();
    await expect(grace.page.getByText('You keep your seat.', { exact: false })).toBeVisible();
    await expect(grace.tile(ada).locator('video')).toBeVisible();
    await expect(grace.page.getByRole('dialog')).toHaveCount(0);
    await expect(ada.tile(grace)).toContainText('Reconnecting');
    expect(await ada.state((s) => s.participants.map((p) => p.id))).toContain(id);
  });

  await test.step('what happens meanwhile is there afterwards, once', async () => {
    await ada.control(/^Chat/).click();
    for (const text of ['one', 'two', 'three']) {
      await ada.page.getByLabel('Message everyone').fill(text);
      await ada.page.keyboard.press('Enter');
    }
    const field = grace.page.getByLabel('Message everyone');
    await field.fill('four');
    await field.press('Enter');
    await expect.poll(() => ada.state((s) => s.chat.length)).toBe(3);
    down = false;
    await grace.control('Try now').click();
    await grace.joined();
    await expect
      .poll(() => grace.state((s) => s.chat.map(({ text }) => text)))
      .toEqual(['one', 'two', 'three', 'four']);
    await expect
      .poll(() => ada.state((s) => s.chat.map(({ text }) => text)))
      .toEqual(['one', 'two', 'three', 'four']);
  });

  await test.step('on the same connections', async () => {
    expect(await grace.id()).toBe(id);
    expect(await grace.offers()).toBe(offers);
    await expectPicture(grace, ada);
    await expectSound(grace, ada);
    await expectPicture(ada, grace);
    await expect(ada.tile(grace)).not.toContainText('Reconnecting');
  });
});
