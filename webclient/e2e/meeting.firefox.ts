import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { browserArgs, executablePath } from './browser';
import { decoding } from './decoding';
import { expectPicture, expectSound } from './expectations';
import { test as base } from './firefox';
import { expect } from './fixtures';
import { Person } from './person';
import { sitDown, turnPages } from './seats';
import type { Four } from './seats';
import { describeVisits, standstills } from './turns';

/** `member` is in Firefox, `other` in Chromium. */
const test = base.extend<{ other: (name: string) => Promise<Person> }, { chromium: Browser }>({
  chromium: [
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath, args: browserArgs });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  other: async ({ chromium, server }, use) => {
    const people: Person[] = [];
    await use(async (name) => {
      const person = await Person.open(chromium, server.url, name);
      people.push(person);
      await person.signUp();
      return person;
    });
    await Promise.all(people.map(({ context }) => context.close()));
  },
});

test('Firefox and Chromium see and hear each other, and what they share', async ({
  member,
  other,
}) => {
  const ada = await member('Ada');
  const grace = await other('Grace');
  const code = await ada.createMeeting('Browsers');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(grace, ada);
  await expectSound(grace, ada);
  await expectPicture(ada, grace);
  await expectSound(ada, grace);

  await test.step('a screen from Chromium', async () => {
    await grace.control('Share screen').click();
    await expectPicture(ada, grace, { source: 'screen' });
    await grace.control('Stop sharing').first().click();
    await expect(ada.tile(grace, 'screen')).toHaveCount(0);
  });

  await test.step('a screen from Firefox', async () => {
    await paintScreen(ada);
    await ada.control('Share screen').click();
    await expectPicture(grace, ada, { source: 'screen', height: 360 });
    await expectPicture(grace, ada);
    await ada.control('Stop sharing').first().click();
    await expect(grace.tile(ada, 'screen')).toHaveCount(0);
  });
});

/** There is no screen here that Firefox could capture: what goes out as one is painted. */
async function paintScreen(person: Person): Promise<void> {
  await person.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext('2d')!;
    let turn = 0;
    setInterval(() => {
      context.fillStyle = turn++ % 2 ? '#fff' : '#000';
      context.fillRect(0, 0, 640, 360);
    }, 200);
    MediaDevices.prototype.getDisplayMedia = () => Promise.resolve(canvas.captureStream(5));
  });
}

test('one slot changes person and codec twenty times in Firefox, and nobody freezes', async ({
  member,
  other,
}) => {
  const joan = await member('Joan');
  const names = ['Ada', 'Grace', 'Alan', 'Edsger'];
  const people = (await Promise.all(names.map((name) => other(name)))) as Four;
  const mid = await sitDown(joan, people, ['vp8', 'vp9', 'vp9', 'av1']);
  const start = await decoding(joan, mid);
  const visits = await turnPages(joan, people, mid);
  const end = await decoding(joan, mid);
  console.log(describeVisits(visits));
  expect(standstills(visits)).toEqual([]);
  expect(end.pliCount, 'picture losses reported').toBe(start.pliCount);
});
