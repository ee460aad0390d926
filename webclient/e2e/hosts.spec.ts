import { expectAccessible } from './audit';
import { expect, test } from './fixtures';
import { choose, hostControls } from './hosting';
import type { Person } from './person';

test('hosts stop, lock, hand the meeting over, and end it', async ({ member, open }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Hands');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);
  const picture = alan.tile(grace).locator('video');
  await expect(picture).toBeVisible();

  await test.step('a camera that a host stops is gone at all, and may start again', async () => {
    await choose(ada, grace, 'Stop the camera');
    await expect(grace.page.getByText('Ada stopped your camera.').first()).toBeVisible();
    await expect.poll(() => grace.state((s) => s.camera.on)).toBe(false);
    await expect(picture).toHaveCount(0);
    await grace.control('Start camera').click();
    await expect(picture).toBeVisible();
  });

  await test.step('so is a share', async () => {
    await grace.control('Share screen').click();
    const screen = alan.tile(grace, 'screen');
    await expect(screen.locator('video')).toBeVisible();
    await choose(ada, grace, 'Stop the share');
    await expect(grace.page.getByText('Ada stopped your share.').first()).toBeVisible();
    await expect.poll(() => grace.state((s) => s.screen.on)).toBe(false);
    await expect(screen).toHaveCount(0);
    await grace.control('Share screen').click();
    await expect(screen.locator('video')).toBeVisible();
    await grace.control('Stop sharing').first().click();
    await expect(screen).toHaveCount(0);
  });

  await test.step('who comes to a locked meeting is told so, and comes in when it is open', async () => {
    const lock = async () => {
      const dialog = await hostControls(ada);
      await dialog.getByRole('switch', { name: 'Lock' }).click();
      await dialog.getByRole('button', { name: 'Done' }).click();
    };
    await lock();
    await expect.poll(() => alan.state((s) => s.meeting?.locked)).toBe(true);
    const guest = await open('Visitor');
    await guest.goto(`/m/${code}`);
    await guest.page.getByLabel('Your name').fill('Visitor');
    await expect(guest.control('Stop camera')).toBeVisible();
    await guest.page.getByRole('button', { name: 'Join now' }).click();
    await expect(guest.page.getByText('The meeting is locked.')).toBeVisible();
    await expectAccessible(guest, 'door of a locked meeting', ['dark']);
    expect(await ada.state((s) => s.participants.length)).toBe(3);
    await lock();
    await guest.enter();
    await guest.leave();
  });

  await test.step('the meeting is handed over', async () => {
    await choose(ada, grace, 'Hand the meeting over');
    await expect(grace.page.getByText('You are the host now.').first()).toBeVisible();
    await expect.poll(() => roleOf(alan, grace)).toBe('HOST');
    await expect.poll(() => roleOf(alan, ada)).toBe('COHOST');
    await expect(grace.control('Host controls')).toBeVisible();
  });

  await test.step('a host who leaves is followed by the co-host', async () => {
    await grace.leave();
    await expect(ada.page.getByText('You are the host now.').first()).toBeVisible();
    await expect.poll(() => roleOf(alan, ada)).toBe('HOST');
  });

  await test.step('and the meeting ends for all from the host controls', async () => {
    const dialog = await hostControls(ada);
    await dialog.getByRole('button', { name: 'End meeting for all…' }).click();
    await ada.page.getByRole('button', { name: 'End meeting for all', exact: true }).click();
    await expect(alan.page.getByText('Ada ended it for all.')).toBeVisible();
    await expectAccessible(alan, 'ended by the host', ['light']);
    await expect(ada.page.getByText('You ended it for all.')).toBeVisible();
  });
});

/** What somebody is, as another one sees it. */
async function roleOf(viewer: Person, of: Person): Promise<string | undefined> {
  const id = await of.id();
  return viewer.state((s) => s.participants.find((each) => each.id === id)?.role);
}
