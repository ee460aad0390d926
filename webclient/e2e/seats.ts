import { bringClapper } from './clapper';
import { expectPicture } from './expectations';
import { expect } from './fixtures';
import { observePictures, observed } from './observer';
import type { Observed } from './observer';
import type { Person } from './person';
import { visitsOf } from './turns';
import type { Visit } from './turns';

// Four encoders and a decoder share the machine with everything else.
const plain = { width: 320, height: 180, frameRate: 15 };
/** So many pictures of somebody, and one goes on to the next. */
const enough = 4;

export type Four = [Person, Person, Person, Person];

/** Sits somebody down with four people, of whom two share a page. Returns the slot of the first. */
export async function sitDown(
  viewer: Person,
  people: Four,
  codecs: string[],
  picture = plain,
): Promise<string> {
  const code = await viewer.createMeeting('Seats');
  await viewer.enter();
  await viewer.control('Mute').click();
  await viewer.control('Stop camera').click();
  // The order in which they come is the order in which they sit.
  for (const [i, person] of people.entries()) {
    await bringClapper(person.context, i + 1, picture);
    await person.goto(`/m/${code}?codec=${codecs[i]}`);
    await person.enter();
    // A speaker takes a seat on every page.
    await person.control('Mute').click();
    // Only one of them has to decode.
    await person.choose('Sound only');
  }
  await viewer.control(/^Layout: /).click();
  await viewer.page.getByRole('menuitemradio', { name: '2 tiles' }).click();
  const { mid } = await expectPicture(viewer, people[0]);
  await observePictures(viewer.page, 'article[data-source=camera] video');
  return mid;
}

/**
 * Turns pages until the slot has changed person twenty times. Who should be seen is seen each time, in that slot, and
 * nobody in the tile of another. Returns what was seen from one page to the next, at least `stay` milliseconds.
 */
export async function turnPages(
  viewer: Person,
  people: Four,
  mid: string,
  stay = 0,
): Promise<Visit[]> {
  const [ada, grace, alan, edsger] = people;
  const whoIs = async (each: Person) => ({ who: people.indexOf(each) + 1, id: await each.id() });
  let all: Observed = { seen: [], heard: [], clicks: [] };
  const turn = async (page: 'Next' | 'Previous', to: Person) => {
    await viewer.control(`${page} page`).click();
    const { who, id } = await whoIs(to);
    const shown = () =>
      all.seen.filter(({ code, participant }) => code?.who === who && participant === id);
    const before = shown().length;
    await expect
      .poll(
        async () => {
          all = await observed(viewer.page);
          return shown().length;
        },
        { timeout: 20_000, intervals: [100], message: `${viewer.name} sees ${to.name}` },
      )
      .toBeGreaterThanOrEqual(before + enough);
    if (stay > 0) await viewer.page.waitForTimeout(stay);
    expect((await viewer.slot(to, 'camera'))?.mid, `the slot of ${to.name}`).toBe(mid);
  };
  // The viewer and Ada | Grace and Alan | Edsger
  for (let round = 0; round < 3; round++) {
    await turn('Next', grace);
    await turn('Next', edsger);
    await turn('Previous', grace);
    await turn('Previous', ada);
  }
  await grace.leave();
  await expect.poll(() => viewer.state(({ participants }) => participants.length)).toBe(4);
  // The viewer and Ada | Alan and Edsger
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
  return visitsOf(all);
}
