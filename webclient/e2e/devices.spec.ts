import { expectSound } from './expectations';
import { expect, test } from './fixtures';
import type { Person } from './person';

declare global {
  interface Window {
    /** Whether the headset is plugged in. */
    __worn?: boolean;
  }
}

const headset = 'Fake Audio Input 2';

/** The device that somebody's sound comes from. */
const heardBy = (of: Person) =>
  of.page.evaluate(async () => {
    const tracks = [...(window.__connections ?? [])]
      .filter(({ connectionState }) => connectionState === 'connected')
      .flatMap((each) => each.getSenders())
      .flatMap(({ track }) => (track?.kind === 'audio' ? [track] : []));
    const id = tracks.at(-1)?.getSettings().deviceId;
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.find(({ deviceId, kind }) => deviceId === id && kind === 'audioinput')?.label;
  });

test('devices are chosen at the door and during the call, and a headset is followed', async ({
  member,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const { page } = grace;
  // One of the microphones is a headset that comes and goes.
  await grace.context.addInitScript((headset) => {
    const { prototype } = MediaDevices;
    const usual = prototype.enumerateDevices;
    prototype.enumerateDevices = async function () {
      const all = await usual.call(this);
      return all.flatMap((each) => {
        if (each.label !== headset) return [each];
        const { deviceId, groupId, kind } = each;
        const worn = { deviceId, groupId, kind, label: 'Jabra Headset' } as MediaDeviceInfo;
        return window.__worn ? [worn] : [];
      });
    };
  }, headset);
  await page.reload();
  const code = await ada.createMeeting('Cables');
  await ada.enter();
  await grace.goToDoor(code);

  await test.step('at the door the meter moves, and each device can be another one', async () => {
    const meter = page.getByRole('meter', { name: 'How loud your microphone hears you' });
    await expect
      .poll(async () => Number(await meter.getAttribute('aria-valuenow')), { intervals: [50] })
      .toBeGreaterThan(0);
    await page.getByRole('button', { name: /^Camera: / }).click();
    await expect(page.getByRole('menuitemradio')).toHaveCount(1);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Microphone: / }).click();
    await page.getByRole('menuitemradio', { name: 'Fake Audio Input 1' }).click();
    await expect(
      page.getByRole('button', { name: /^Microphone: Fake Audio Input 1/ }),
    ).toBeVisible();
    // The button for the test sound lies on its middle.
    const speaker = page.getByRole('button', { name: /^Loudspeaker: / });
    await speaker.click({ position: { x: 20, y: 20 } });
    await page.getByRole('menuitemradio', { name: 'Fake Audio Output 1' }).click();
  });

  await grace.enter();
  await expectSound(ada, grace);
  const offers = await grace.offers();

  await test.step('what was chosen there is used inside', async () => {
    expect(await heardBy(grace)).toBe('Fake Audio Input 1');
    const speakers = await page.evaluate(async () => {
      const all = await navigator.mediaDevices.enumerateDevices();
      return [...document.querySelectorAll('audio')].map(
        ({ sinkId }) => all.find(({ deviceId }) => deviceId === sinkId)?.label,
      );
    });
    expect(new Set(speakers)).toEqual(new Set(['Fake Audio Output 1']));
  });

  await test.step('during the call another one takes over, without an offer', async () => {
    await grace.control('Choose a microphone').click();
    await page.getByRole('menuitemradio', { name: 'Fake Default Audio Input' }).click();
    await expect.poll(() => heardBy(grace)).toBe('Fake Default Audio Input');
    await expectSound(ada, grace);
    expect(await grace.offers()).toBe(offers);
  });

  await test.step('a headset is taken when it comes, and left when it goes', async () => {
    const plug = (worn: boolean) =>
      page.evaluate((worn) => {
        window.__worn = worn;
        navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
      }, worn);
    await plug(true);
    await expect(page.getByText('Now on Jabra Headset.').first()).toBeVisible();
    await expect.poll(() => heardBy(grace)).toBe('Jabra Headset');
    await plug(false);
    await expect(page.getByText(/^The headset is gone. Now on Fake Default/).first()).toBeVisible();
    await expect.poll(() => heardBy(grace)).toBe('Fake Default Audio Input');
    await expectSound(ada, grace);
  });
});
