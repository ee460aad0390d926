import { decoding, describeFreezes, expectNoDecoderError, watchFrames } from './decoding';
import { expectPicture } from './expectations';
import { firstFrames, noteFirstFrames } from './firstframes';
import { expect } from './fixtures';
import { decoderErrors, test } from './medialog';

test('a slot changes person with a key frame and no decoder error when the page turns', async ({
  member,
  mediaLog,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const joan = await member('Joan');
  const people = [ada, grace, alan, joan];
  await noteFirstFrames(joan);
  await joan.page.reload();
  const code = await ada.createMeeting('Seats');
  await ada.enter();
  for (const each of people.slice(1)) await each.joinByCode(code);
  // A speaker takes a seat on every page; here the pages should keep theirs.
  for (const each of people) await each.control('Mute').click();

  await joan.control(/^Layout: /).click();
  await joan.page.getByRole('menuitemradio', { name: '2 tiles' }).click();
  await expect(joan.page.locator('article[data-source=camera]')).toHaveCount(2);
  const first = await expectPicture(joan, ada);
  await expectPicture(joan, grace);
  const offers = await joan.offers();
  const start = await decoding(joan, first.mid);

  await joan.control('Next page').click();
  await expect(joan.tile(alan)).toBeVisible();
  await expect
    .poll(async () => (await joan.slotByMid(first.mid))?.participant, {
      message: 'the slot of the first page carries somebody of the second',
    })
    .toBe(await alan.id());
  const second = await expectPicture(joan, alan);
  expect(second.mid).toBe(first.mid);
  expect(second.keyFramesDecoded).toBeGreaterThan(first.keyFramesDecoded);
  expect(second.framesDecoded).toBeGreaterThan(first.framesDecoded);

  // Back and forth, as somebody who looks for a face does.
  for (const [button, face] of [
    ['Previous page', ada],
    ['Next page', alan],
    ['Previous page', ada],
  ] as const) {
    const before = (await joan.slotByMid(first.mid))!;
    await joan.control(button).click();
    await expect(joan.tile(face)).toBeVisible();
    const after = await expectPicture(joan, face);
    expect(after.mid).toBe(first.mid);
    expect(after.keyFramesDecoded).toBeGreaterThan(before.keyFramesDecoded);
    await expect(joan.tile(face).locator('video')).toBeVisible();
    const shown = await decoding(joan, first.mid);
    const watched = await watchFrames(joan, first.mid, 20);
    expectNoDecoderError(shown, watched);
    console.log(`${button}: ${describeFreezes(shown, watched)}`);
  }
  expect(await joan.offers()).toBe(offers);

  const begun = await firstFrames(joan);
  // Two faces to begin with, and at least one at each of four turns.
  expect(begun.length).toBeGreaterThanOrEqual(2 + 4);
  expect(begun.filter(({ type }) => type !== 'key')).toEqual([]);

  const end = await decoding(joan, first.mid);
  console.log(`four turns: ${describeFreezes(start, end)}, ${JSON.stringify({ start, end })}`);
  expect(end.decoder).toBe(start.decoder);
  expect(await decoderErrors(mediaLog)).toEqual([]);
});
