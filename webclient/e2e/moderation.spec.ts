import { expect, test } from './fixtures';
import { choose, hostControls } from './hosting';
import type { Person } from './person';

test('a host mutes, forbids, allows and removes, and the server sees to it', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Order');
  await ada.enter();
  await grace.joinByCode(code);
  await expect(ada.tile(grace)).toBeVisible();

  await test.step('a muted person may unmute again', async () => {
    await choose(ada, grace, 'Mute');
    await expect(grace.page.getByText('Ada muted you.').first()).toBeVisible();
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(false);
    await grace.control('Unmute').click();
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(true);
  });

  await test.step('all are muted at once, but for the host', async () => {
    const dialog = await hostControls(ada);
    await dialog.getByRole('button', { name: 'Mute all' }).click();
    await ada.page.getByRole('menuitem', { name: 'Mute all; they may unmute' }).click();
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(false);
    expect(await ada.state((s) => s.microphone.on)).toBe(true);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await grace.control('Unmute').click();
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(true);
  });

  await test.step('who is muted for good cannot, until asked', async () => {
    await choose(ada, grace, 'Mute, and keep muted');
    await expect.poll(() => grace.state((s) => s.permissions.unmute)).toBe(false);
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(false);
    // Pressed all the same, it says why.
    await grace.control('Unmute').click({ force: true });
    await expect(grace.page.getByText(/does not let you unmute/).first()).toBeVisible();
    expect(await grace.state((s) => s.microphone.on)).toBe(false);
    await choose(ada, grace, 'Ask to unmute');
    const toast = grace.page.getByText('Ada asks you to unmute.').first();
    await expect(toast).toBeVisible();
    await grace.page.getByRole('region').getByRole('button', { name: 'Unmute' }).click();
    await expect.poll(() => grace.state((s) => s.microphone.on)).toBe(true);
  });

  await test.step('the matrix holds at once', async () => {
    const dialog = await hostControls(ada);
    await dialog.getByRole('switch', { name: 'Share screen' }).click();
    await dialog.getByRole('switch', { name: 'Chat to all' }).click();
    await expect
      .poll(() => grace.state(({ permissions: { share, chat } }) => ({ share, chat })))
      .toEqual({ share: false, chat: false });
    // Being asked to unmute has made her an exception already.
    await expect(dialog.getByRole('button', { name: 'Grace, Unmute: Allowed' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Grace, Share screen: Off' }).click();
    await ada.page.getByRole('menuitemradio', { name: 'Allowed' }).click();
    await expect.poll(() => grace.state((s) => s.permissions.share)).toBe(true);
    await expect(
      dialog.getByRole('button', { name: 'Grace, Share screen: Allowed' }),
    ).toBeVisible();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await grace.control(/^Chat/).click();
    await expect(grace.page.getByText(/only hosts write to everyone/)).toBeVisible();
  });

  await test.step('a co-host helps, and the sign of a lock is for all', async () => {
    await choose(ada, grace, 'Make co-host');
    await expect(grace.page.getByText('You are a co-host now.').first()).toBeVisible();
    const dialog = await hostControls(grace);
    await dialog.getByRole('switch', { name: 'Lock' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect(ada.page.getByRole('img', { name: /^Locked/ })).toBeVisible();
    await choose(ada, grace, 'Take co-host back');
    await expect(grace.control('Host controls')).toHaveCount(0);
  });

  await test.step('who is removed is out, and stays out', async () => {
    await choose(ada, grace, 'Remove…');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(grace.page.getByRole('heading', { name: 'You were removed' })).toBeVisible();
    await expect(ada.tile(grace)).toHaveCount(0);
    await expect(ada.page.getByText('Grace is removed.').first()).toBeVisible();
  });
});

test('people wait until a host admits them', async ({ member, open }) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Door');
  await ada.enter();
  const dialog = await hostControls(ada);
  await dialog.getByRole('switch', { name: 'Waiting room' }).click();
  await expect.poll(() => ada.state((s) => s.meeting?.lobby)).toBe(true);
  await dialog.getByRole('button', { name: 'Done' }).click();

  const guests: Person[] = [];
  for (const name of ['Wanda', 'Xaver']) {
    const guest = await open(name);
    await guest.goto(`/m/${code}`);
    await guest.page.getByLabel('Your name').fill(name);
    await guest.page.getByRole('button', { name: /^(Join|Ask)/ }).click();
    await expect(guest.page.getByRole('heading', { name: /waiting room/ })).toBeVisible();
    guests.push(guest);
  }
  const [wanda, xaver] = guests as [Person, Person];

  await test.step('the host hears of it wherever they look', async () => {
    await expect(ada.page.getByText('Xaver waits to come in.').first()).toBeVisible();
    await expect(ada.page).toHaveTitle(/^\(2\) Door/);
    await ada.control(/^People/).click();
    const panel = ada.page.getByRole('complementary', { name: 'People' });
    await expect(panel.getByRole('heading', { name: /^Waiting to come in/ })).toBeVisible();
  });

  await test.step('those waiting read what the host writes', async () => {
    await ada.control('Write to those waiting').click();
    await ada.page.getByLabel('Message', { exact: true }).fill('Five more minutes');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
    await expect(wanda.page.getByText('Five more minutes')).toBeVisible();
  });

  await test.step('nobody is seen before they are admitted', async () => {
    expect(await ada.state((s) => s.participants.length)).toBe(1);
    await ada.control('Admit Wanda').click();
    await wanda.joined();
    await expect(ada.tile(wanda).locator('video')).toBeVisible();
    await ada.control('Deny Xaver').click();
    await expect(xaver.page.getByRole('heading', { name: 'You were not let in' })).toBeVisible();
    await expect(ada.page).toHaveTitle(/^Door/);
  });

  await test.step('somebody can be sent back', async () => {
    await choose(ada, wanda, 'Send to the waiting room');
    await expect(wanda.page.getByText(/sent you back/)).toBeVisible();
    await expect(ada.tile(wanda)).toHaveCount(0);
    await ada.control('Admit Wanda').click();
    await wanda.joined();
    await expect(ada.tile(wanda).locator('video')).toBeVisible();
  });
});

test('hands stand in line, and go down when somebody has spoken', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Line');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);
  await grace.control('Mute').click();
  await alan.control('Mute').click();

  await alan.control('Raise hand').click();
  await expect(ada.tile(alan)).toContainText('number 1');
  await grace.control('Raise hand').click();
  await expect(ada.tile(grace)).toContainText('number 2');
  await ada.control(/^People/).click();
  const panel = ada.page.getByRole('complementary', { name: 'People' });
  await expect(panel.getByRole('heading', { name: 'Hands up 2' })).toBeVisible();

  await test.step('the next one is called on', async () => {
    await panel.getByRole('button', { name: 'Next' }).click();
    await expect(alan.page.getByText('Ada gives you the word.').first()).toBeVisible();
    await expect(panel.getByText('Has the word')).toBeVisible();
  });

  await test.step('whoever speaks with the hand up has had their say, and can take that back', async () => {
    await grace.control('Unmute').click();
    await expect(grace.page.getByText(/since you have spoken/).first()).toBeVisible({
      timeout: 60_000,
    });
    const id = await grace.id();
    await expect.poll(() => grace.state((s) => s.hands)).not.toContain(id);
    await grace.page.getByRole('region').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => ada.state((s) => s.hands)).toContain(id);
  });
});
