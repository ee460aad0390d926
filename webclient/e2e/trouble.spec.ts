import { expectAccessible } from './audit';
import { expect, test } from './fixtures';
import { expectPicture, expectSound } from './expectations';
import type { Person } from './person';

/** What the browser says, and what the page makes of it. */
const causes = [
  ['NotAllowedError', 'Permission denied', 'Your browser blocks camera and microphone'],
  ['NotAllowedError', 'Permission denied by system', 'Your system blocks camera and microphone'],
  ['NotAllowedError', 'Permission dismissed', 'Your browser got no answer'],
  ['NotFoundError', 'Requested device not found', 'No camera and no microphone were found'],
  ['NotReadableError', 'Could not start', 'Another program uses camera and microphone'],
  ['TypeError', 'none of the known', 'Camera and microphone did not start'],
] as const;

test('each trouble with a device has a screen of its own, and none of them keeps anybody out', async ({
  member,
  open,
}) => {
  const ada = await member('Ada');
  const code = await ada.createMeeting('Trouble');
  const guest = await open('Visitor');
  const { page } = guest;
  await guest.context.addInitScript(() => {
    const { name, message } = JSON.parse(sessionStorage.getItem('trouble') ?? '{}') as {
      name?: string;
      message?: string;
    };
    if (name === 'insecure') {
      // A page without https has none.
      Object.defineProperty(Navigator.prototype, 'mediaDevices', { value: undefined });
    } else if (name !== undefined) {
      MediaDevices.prototype.getUserMedia = () =>
        Promise.reject(
          name === 'TypeError' ? new TypeError(message) : new DOMException(message, name),
        );
      const answered = { state: 'denied', addEventListener() {} };
      Permissions.prototype.query = () => Promise.resolve(answered as never);
    }
  });
  await guest.goto(`/m/${code}`);
  const without = page.getByRole('button', { name: 'Join without camera and microphone' });
  const trouble = (name: string, message: string) =>
    page.evaluate((it) => sessionStorage.setItem('trouble', JSON.stringify(it)), { name, message });
  for (const [name, message, title] of causes) {
    await trouble(name, message);
    await page.reload();
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await expect(without).toBeVisible();
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  }
  await expectAccessible(guest, 'a device that does not start');
  await trouble('insecure', '');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'The browser offers no camera' })).toBeVisible();
  await expect(page.getByText('It needs an address that begins with https.')).toBeVisible();
  await expectAccessible(guest, 'no devices without https');
  // Letters that turn what others read around.
  await page.getByLabel('Your name').fill('\u202Erotisiv');
  await without.click();
  await expect(page.getByText('This name cannot be used here.')).toBeVisible();
  await page.getByLabel('Your name').fill('Visitor');
  await without.click();
  await guest.joined();
});

/** What a plug that is pulled is to a page: the device is gone, and what it gave has ended. */
async function unplug(of: Person, kind: 'camera' | 'microphone', left: boolean): Promise<void> {
  await of.page.evaluate(
    ([kind, left]) => {
      const { prototype } = MediaDevices;
      const usual = prototype.getUserMedia;
      if (!left) {
        prototype.getUserMedia = function (constraints) {
          if (!constraints?.[kind === 'camera' ? 'video' : 'audio']) {
            return usual.call(this, constraints);
          }
          return Promise.reject(new DOMException('not found', 'NotFoundError'));
        };
        window.addEventListener('plugged', () => (prototype.getUserMedia = usual));
      }
      const sends = ({ track }: RTCRtpSender) =>
        track?.kind === (kind === 'camera' ? 'video' : 'audio');
      const senders = [...(window.__connections ?? [])].flatMap((each) => each.getSenders());
      const track = senders.find(sends)?.track;
      track?.stop();
      track?.dispatchEvent(new Event('ended'));
    },
    [kind, left] as const,
  );
}

test('a device that is unplugged in the call takes nobody out of it', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Plugs');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(ada, grace);

  await test.step('a microphone gives way to the one that is left', async () => {
    await unplug(grace, 'microphone', true);
    await expectSound(ada, grace);
    expect(await grace.state((s) => s.microphone.on)).toBe(true);
  });

  await test.step('without another camera one is told, and seen by initials', async () => {
    await unplug(grace, 'camera', false);
    await expect(grace.page.getByText('No camera was found').first()).toBeVisible();
    await expect(grace.control('Start camera')).toBeVisible();
    await expect(ada.tile(grace).locator('video')).toHaveCount(0);
    await expect(ada.tile(grace)).toContainText('G');
    await expectSound(ada, grace);
  });

  await test.step('plugged in again it starts', async () => {
    await grace.page.evaluate(() => window.dispatchEvent(new Event('plugged')));
    await grace.control('Start camera').click();
    await expectPicture(ada, grace);
  });
});

test('the second tab of somebody has the call, and the first says so', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Tabs');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(ada, grace);
  const id = await grace.id();
  // Whoever speaks has had their say, and the hand goes down.
  await grace.control('Mute').click();
  await grace.control('Raise hand').click();
  await expect.poll(() => ada.state((s) => s.hands)).toEqual([id]);

  const tab = await grace.context.newPage();
  await tab.goto(grace.page.url());
  await tab.getByRole('button', { name: 'Mute' }).click();
  await tab.getByRole('button', { name: 'Join now' }).click();
  const elsewhere = grace.page.getByRole('heading', { name: 'You joined from another place' });
  await expect(elsewhere).toBeVisible();
  await expectAccessible(grace, 'taken over by another tab', ['light']);
  await expect(tab.getByRole('button', { name: 'Lower hand' })).toBeVisible();
  await expectPicture(ada, grace);
  expect(await ada.state((s) => s.participants.length)).toBe(2);
  expect(await ada.state((s) => s.hands)).toEqual([id]);

  await grace.page.getByRole('button', { name: 'Join again' }).click();
  await expect(grace.control('Stop camera')).toBeVisible();
  await grace.enterAsIs();
  await expect(tab.getByRole('heading', { name: 'You joined from another place' })).toBeVisible();
  await expectPicture(ada, grace);
  expect(await ada.state((s) => s.participants.length)).toBe(2);
});
