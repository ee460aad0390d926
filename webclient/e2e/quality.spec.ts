import { expectGrowing, expectPicture, expectSound, expectStill } from './expectations';
import { expect, test } from './fixtures';
import type { Person } from './person';
import type { CallStats } from '../src/call';

/** What the panel puts on the clipboard. */
interface Copied {
  own: { worse: string };
  pictures: { mid: string; participant: string; side: string }[];
  stats: CallStats;
}

const media = { timeout: 60_000, intervals: [250, 500, 1_000] };

/** The height of somebody's picture as the viewer decodes it. */
const height = async (viewer: Person, of: Person) =>
  (await viewer.slot(of, 'camera'))?.frameHeight ?? 0;

/** The layers of a camera that go out; the browser lists them in any order. */
const sent = async (of: Person) =>
  (await of.sending('camera')).filter(({ active }) => active).map(({ rid }) => rid);

/** Frames of the largest layer of a camera that somebody has sent. */
async function topFrames(of: Person): Promise<number> {
  const layers = await of.sending('camera');
  return layers.find(({ rid }) => rid === 'f')?.framesEncoded ?? 0;
}

test('nothing is sent or received that nobody wants', async ({ member }) => {
  const ada = await member('Ada', 'large');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Quality');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(grace, ada, { height: 180 });

  await test.step('a viewer with a small tile makes the largest layer stop', async () => {
    await grace.page.setViewportSize({ width: 700, height: 500 });
    await expect.poll(() => sent(ada), media).not.toContain('f');
    expect(await sent(ada)).toContain('q');
    await expectStill(() => topFrames(ada), 'what Ada encodes of the largest');
    await expectPicture(grace, ada);
  });

  await test.step('it comes back when the tile grows', async () => {
    await grace.page.setViewportSize({ width: 1280, height: 800 });
    await grace.tile(ada).hover();
    await grace.control('Pin Ada').click();
    await expectGrowing(() => topFrames(ada), 'what Ada encodes of the largest');
    await expect.poll(() => height(grace, ada), media).toBe(720);
  });

  await test.step('the data saver lowers the picture, and says that it is on', async () => {
    await grace.choose('Data saver');
    await expect.poll(() => height(grace, ada), media).toBeLessThanOrEqual(360);
    await expectPicture(grace, ada);
    await grace.control('Data saver is on. Turn it off').click();
    await expect.poll(() => height(grace, ada), media).toBe(720);
  });

  await test.step('sound only stops pictures, and sound goes on', async () => {
    await grace.choose('Sound only');
    await expect(grace.tile(ada).locator('video')).toHaveCount(0);
    await expectStill(
      async () =>
        (await grace.stats()).down
          .filter(({ kind }) => kind === 'video')
          .reduce((sum, { bytesReceived }) => sum + bytesReceived, 0),
      'what Grace receives of pictures',
    );
    await expectSound(grace, ada);
    await grace.control('Sound only is on. Turn it off').click();
    await expectPicture(grace, ada);
  });

  await test.step('shares only keeps the shared screen, and no camera', async () => {
    await ada.control('Share screen').click();
    await expectPicture(grace, ada, { source: 'screen' });
    await grace.choose('Shared screens only');
    await expect(grace.tile(ada).locator('video')).toHaveCount(0);
    await expect.poll(async () => (await grace.slot(ada, 'camera'))?.number, media).toBeUndefined();
    await expectPicture(grace, ada, { source: 'screen' });
    await grace.control('Shared screens only is on. Turn it off').click();
    await ada.control('Stop sharing').first().click();
    await expectPicture(grace, ada);
  });

  await test.step('the panel says why a picture is as it is', async () => {
    await grace.control(/^Your connection: /).click();
    const panel = grace.page.getByRole('complementary', { name: 'Connection' });
    await expect(panel.getByText(/^720p: /)).toBeVisible();
    await expect(panel.getByText('1280 × 720')).toBeVisible();
    await expect(panel.getByText(/, direct$/)).toBeVisible();
  });

  await test.step('and all of it can be sent to somebody who helps', async () => {
    await grace.control('Copy report').click();
    await expect(grace.page.getByText('The report is copied.').first()).toBeVisible();
    // Our own pages may not read what was copied.
    const note = await grace.context.newPage();
    await note.setContent('<textarea></textarea>');
    await note.locator('textarea').press('Control+v');
    const copied = await note.locator('textarea').inputValue();
    await note.close();
    const { own, pictures, stats } = JSON.parse(copied) as Copied;
    expect(['up', 'down', 'none']).toContain(own.worse);
    const [picture] = pictures.filter(({ participant }) => participant !== '');
    expect(picture!.participant).toBe(await ada.id());
    expect(['yours', 'theirs', 'none']).toContain(picture!.side);
    expect(stats.down.find(({ mid }) => mid === picture!.mid)?.frameHeight).toBe(720);
  });
});

for (const [codec, name] of [
  ['h264', 'H264'],
  ['vp9', 'VP9'],
  ['av1', 'AV1'],
] as const) {
  test(`a camera in ${name} is seen`, async ({ member }) => {
    const ada = await member('Ada');
    const grace = await member('Grace');
    const code = await ada.createMeeting('Codecs');
    await ada.goto(`/m/${code}?codec=${codec}`);
    await ada.enter();
    await grace.joinByCode(code);
    await expectPicture(grace, ada);
    expect((await grace.slot(ada, 'camera'))?.codec).toBe(name);
  });
}
