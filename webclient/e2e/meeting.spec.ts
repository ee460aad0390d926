import { expect, test } from './fixtures';
import {
  expectGrowing,
  expectPicture,
  expectSound,
  expectSpeaking,
  expectStill,
} from './expectations';
import type { Person } from './person';

/** The height that the viewer's tile of somebody wishes for, within what layers there are. */
async function wished(viewer: Person, of: Person): Promise<number> {
  const box = await viewer.tile(of).first().boundingBox();
  const layers = of.camera === 'large' ? [180, 360, 720] : [180, 360];
  const want = (box?.height ?? 0) * 0.9;
  return layers.find((each) => each >= want) ?? Math.max(...layers);
}

test('three people see and hear each other, and send nothing when they are off', async ({
  member,
}) => {
  const ada = await member('Ada', 'large');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const people = [ada, grace, alan];
  const code = await ada.createMeeting('Monday');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code.replace('-', '').toUpperCase());

  await test.step('each decodes the other two at the wished size', async () => {
    for (const viewer of people) {
      for (const of of people) {
        if (of === viewer) continue;
        await expect(viewer.tile(of).locator('video')).toBeVisible();
        await expectPicture(viewer, of, { height: await wished(viewer, of) });
      }
    }
  });

  await test.step('everybody hears the one who speaks, and sees who it is', async () => {
    await grace.control('Mute').click();
    await alan.control('Mute').click();
    for (const listener of [grace, alan]) {
      await expectSound(listener, ada);
      await expectSpeaking(listener, ada);
    }
  });

  await test.step('mute stops RTP at the sender and at the receiver', async () => {
    const slot = await expectSound(grace, ada);
    await ada.control('Mute').click();
    await expect.poll(() => ada.state((s) => s.microphone.on)).toBe(false);
    const sent = async () =>
      (await ada.sending('microphone')).reduce((sum, each) => sum + each.bytesSent, 0);
    await expectStill(sent, 'what Ada sends');
    await expectStill(
      async () => (await grace.slotByMid(slot.mid))?.bytesReceived ?? 0,
      'what Grace receives',
    );
    await expect(grace.tile(ada)).toContainText('Muted');
    await ada.control('Unmute').click();
    await expectGrowing(sent, 'what Ada sends');
    await expectSound(grace, ada);
  });

  await test.step('a camera that is off sends nothing and lets go of the device', async () => {
    const slot = await expectPicture(grace, ada);
    await ada.control('Stop camera').click();
    await expectStill(
      async () => (await ada.sending('camera')).reduce((sum, each) => sum + each.bytesSent, 0),
      "Ada's camera",
    );
    await expectStill(
      async () => (await grace.slotByMid(slot.mid))?.framesDecoded ?? 0,
      "Ada's picture at Grace",
    );
    await expect(grace.tile(ada).locator('video')).toHaveCount(0);
    await ada.control('Start camera').click();
    await expectPicture(grace, ada);
  });
});

test('a screen share is one more publication, and leaving frees the slot', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Slides');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);

  await test.step('a screen share is one more publication; the camera stays', async () => {
    await grace.control('Share screen').click();
    const captured = grace.page.getByText('You are sharing your screen, with sound');
    await expect(captured.first()).toBeVisible();
    for (const viewer of [ada, alan]) {
      await expect(viewer.tile(grace, 'screen').locator('video')).toBeVisible();
      await expectPicture(viewer, grace, { source: 'screen', height: 360 });
      await expectSound(viewer, grace, 'screen-audio');
      await expectPicture(viewer, grace);
    }
    await grace.control('Stop sharing').first().click();
    await expect(ada.tile(grace, 'screen')).toHaveCount(0);
    await expect.poll(async () => (await ada.slot(grace, 'screen'))?.number).toBeUndefined();
    await expectPicture(ada, grace);
  });

  await test.step('leaving frees the slot', async () => {
    const camera = await expectPicture(ada, alan);
    const id = await alan.id();
    await alan.leave();
    await expect(ada.tile(alan)).toHaveCount(0);
    await expect.poll(() => ada.state((s) => s.participants.map((p) => p.id))).not.toContain(id);
    await expect.poll(async () => (await ada.slotByMid(camera.mid))?.number).toBe(0);
    await expectPicture(ada, grace);
  });
});

test('chat reaches all and survives a reload', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Notes');
  await ada.enter();
  await grace.joinByCode(code);

  await ada.control(/^Chat/).click();
  await grace.control(/^Chat/).click();
  await ada.page.getByLabel('Message everyone').fill('The plan has three steps');
  await ada.page.keyboard.press('Enter');
  await grace.page.getByLabel('Message everyone').fill('Which is the first?');
  await grace.page.keyboard.press('Enter');
  for (const reader of [ada, grace]) {
    const log = reader.page.getByRole('log');
    await expect(log).toContainText('The plan has three steps');
    await expect(log).toContainText('Which is the first?');
    await expect
      .poll(() => reader.state((s) => s.chat.map(({ status }) => status)))
      .toEqual(['stored', 'stored']);
  }

  await grace.page.reload();
  await grace.joined();
  await grace.control(/^Chat/).click();
  const log = grace.page.getByRole('log');
  await expect(log).toContainText('The plan has three steps');
  await expect(log).toContainText('Which is the first?');
});

test('a fourth who joins costs the others no offer and no answer', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Door');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);
  const others = [ada, grace, alan];
  for (const viewer of others) {
    for (const of of others) if (of !== viewer) await expectPicture(viewer, of);
  }
  const before = await Promise.all(others.map((each) => each.offers()));
  expect(before).toEqual([2, 2, 2]);

  const joan = await member('Joan');
  await joan.joinByCode(code);
  for (const each of others) {
    await expectPicture(each, joan);
    await expectPicture(joan, each);
  }
  expect(await Promise.all(others.map((each) => each.offers()))).toEqual(before);
  await joan.leave();
  for (const each of others) await expect(each.tile(joan)).toHaveCount(0);
  expect(await Promise.all(others.map((each) => each.offers()))).toEqual(before);
});
