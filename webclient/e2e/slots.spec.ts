import { bringClapper } from './clapper';
import { decoding, describeFreezes, expectNoDecoderError } from './decoding';
import { expectPicture } from './expectations';
import { expect } from './fixtures';
import { decoderErrors, test } from './medialog';
import { observePictures, observed } from './observer';
import type { Observed } from './observer';
import type { Person } from './person';
import { median } from './skew';
import { longestGap, visitsOf, wait } from './turns';

// Four encoders and a decoder share the machine with everything else.
const picture = { width: 320, height: 180, frameRate: 10 };
/** So many pictures of somebody, and one goes on to the next. */
const enough = 5;
/** Between two pictures of the same person, in milliseconds; three times what people call a freeze, for busy machines. */
const freeze = 3_000;

const codecs = ['vp8', 'h264', 'vp9', 'av1'] as const;

test('one slot changes person and codec twenty times, and nobody freezes', async ({
  member,
  mediaLog,
}) => {
  const joan = await member('Joan');
  const names = ['Ada', 'Grace', 'Alan', 'Edsger'];
  const people = await Promise.all(names.map((name) => member(name)));
  const code = await joan.createMeeting('Seats');
  await joan.enter();
  await joan.control('Mute').click();
  // The order in which they come is the order in which they sit.
  for (const [i, person] of people.entries()) {
    await bringClapper(person.context, i + 1, picture);
    await person.goto(`/m/${code}?codec=${codecs[i]}`);
    await person.enter();
    await person.control('Mute').click();
  }
  await joan.control(/^(Tiles on a page|Grid)/).click();
  await joan.page.getByRole('menuitemradio', { name: '2 tiles' }).click();
  const [ada, grace, alan, edsger] = people as [Person, Person, Person, Person];
  const { mid } = await expectPicture(joan, ada);
  const start = await decoding(joan, mid);
  await observePictures(joan.page, 'article[data-source=camera] video');

  const whoIs = async (each: Person) => ({ who: people.indexOf(each) + 1, id: await each.id() });
  let all: Observed = { seen: [], heard: [], clicks: [] };
  const turn = async (page: 'Next' | 'Previous', to: Person) => {
    await joan.control(`${page} page`).click();
    const { who, id } = await whoIs(to);
    const shown = () =>
      all.seen.filter(({ code, participant }) => code?.who === who && participant === id);
    const before = shown().length;
    await expect
      .poll(
        async () => {
          all = await observed(joan.page);
          return shown().length;
        },
        { timeout: 20_000, intervals: [100], message: `Joan sees ${to.name}` },
      )
      .toBeGreaterThanOrEqual(before + enough);
    expect((await joan.slot(to, 'camera'))?.mid, `the slot of ${to.name}`).toBe(mid);
  };
  // Joan and Ada | Grace and Alan | Edsger
  for (let round = 0; round < 3; round++) {
    await turn('Next', grace);
    await turn('Next', edsger);
    await turn('Previous', grace);
    await turn('Previous', ada);
  }
  await grace.leave();
  // Joan and Ada | Alan and Edsger
  for (let round = 0; round < 4; round++) {
    await turn('Next', alan);
    await turn('Previous', ada);
  }

  for (const each of people) {
    const { who, id } = await whoIs(each);
    const there = all.seen.filter(({ participant }) => participant === id);
    const strangers = there.filter(({ code }) => code !== undefined && code.who !== who);
    expect(strangers, `others in the tile of ${each.name}`).toEqual([]);
    const damaged = there.filter(({ code }) => code === undefined);
    expect(damaged, `unreadable pictures of ${each.name}`).toEqual([]);
  }
  const end = await decoding(joan, mid);
  const visits = visitsOf(all);
  const gaps = visits.map(longestGap);
  console.log(
    `${visits.length} visits, first picture after ${median(visits.map(wait)).toFixed(0)} ms in the median; ` +
      `longest time between two pictures ${Math.max(...gaps).toFixed(0)} ms; ` +
      describeFreezes(start, end),
  );
  expect(gaps.filter((gap) => gap > freeze)).toEqual([]);
  expectNoDecoderError({ ...start, decoder: end.decoder }, end);
  expect(await decoderErrors(mediaLog)).toEqual([]);
});
