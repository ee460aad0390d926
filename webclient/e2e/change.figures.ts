import { decoding, describeFreezes } from './decoding';
import { expect, test } from './fixtures';
import { bringClapper } from './clapper';
import { expectPicture } from './expectations';
import { observePictures, observed } from './observer';
import { sitDown, turnPages } from './seats';
import type { Four } from './seats';
import { at } from './skew';
import { describeVisits } from './turns';

// Longer than the server lets a layer go on that nobody watches.
const longAway = 6_500;
const visits = { 'soon after another': 0, 'after all their layers had been paused': longAway };

for (const [when, stay] of Object.entries(visits)) {
  test(`change of person: from the click to the first picture, ${when}`, async ({ member }) => {
    const joan = await member('Joan');
    const people: Four = [
      await member('Ada'),
      await member('Grace'),
      await member('Alan'),
      await member('Edsger'),
    ];
    const codecs = ['vp8', 'h264', 'vp9', 'av1'];
    const mid = await sitDown(joan, people, codecs, { width: 320, height: 180, frameRate: 20 });
    await joan.page.waitForTimeout(stay);
    const start = await decoding(joan, mid);
    const seen = await turnPages(joan, people, mid, stay);
    const end = await decoding(joan, mid);
    console.log(
      `change of person, ${when}: ${describeVisits(seen)}; ${describeFreezes(start, end)}`,
    );
  });
}

const frameRate = 10;
const switches = 10;

test('layer switch up: what is missing between the smaller picture and the larger', async ({
  member,
}) => {
  const ada = await member('Ada', 'large');
  const grace = await member('Grace');
  await bringClapper(ada.context, 1, { width: 960, height: 540, frameRate });
  const code = await ada.createMeeting('Layers');
  await ada.goto(`/m/${code}`);
  await ada.enter();
  await ada.choose('Sound only');
  await grace.joinByCode(code);
  await grace.control('Stop camera').click();
  await expectPicture(grace, ada);
  await grace.tile(ada).hover();
  await grace.control('Pin Ada').click();
  await expectPicture(grace, ada, { height: 540 });
  await observePictures(grace.page, `article[data-participant="${await ada.id()}"] video`);
  for (let i = 0; i < switches; i++) {
    await grace.choose('Data saver');
    await grace.page.waitForTimeout(2_500);
    await grace.control('Data saver is on. Turn it off').click();
    await grace.page.waitForTimeout(3_500);
  }
  const { seen, clicks } = await observed(grace.page);
  const steps = seen.slice(1).flatMap((picture, i) => {
    const before = seen[i]!;
    if (before.code === undefined || picture.code === undefined) return [];
    const click = clicks.findLast((each) => each <= picture.at) ?? picture.at;
    return [
      {
        up: picture.height > before.height,
        even: picture.height === before.height,
        shown: picture.at - before.at,
        captured: picture.code.time - before.code.time,
        since: picture.at - click,
      },
    ];
  });
  const ups = steps.filter(({ up }) => up);
  // What a busy camera leaves out is none of the switch's doing.
  const others = steps.filter(({ even }) => even);
  expect(ups.length, 'switches up').toBeGreaterThanOrEqual(switches / 2);
  const interval = 1000 / frameRate;
  const say = (name: string, values: number[]) =>
    `${name} median ${at(values, 0.5).toFixed(0)}, p95 ${at(values, 0.95).toFixed(0)} ms`;
  const captured = (of: typeof steps) => of.map((each) => each.captured);
  const shown = (of: typeof steps) => of.map((each) => each.shown);
  const said = [
    say('from the smaller to the larger captured', captured(ups)),
    say('shown', shown(ups)),
    say('between pictures of one size captured', captured(others)),
    say('shown', shown(others)),
    say(
      'after the click',
      ups.map(({ since }) => since),
    ),
  ];
  console.log(`${ups.length} layer switches up, ${interval} ms a picture: ${said.join('; ')}`);
});
