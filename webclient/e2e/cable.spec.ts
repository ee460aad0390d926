import { Bridge, sendsFrom } from './bridge';
import { expectPicture, expectSound } from './expectations';
import { expect, test as base } from './fixtures';
import { Line } from './line';
import { PlenumServer } from './server';
import type { Person } from './person';

/** A server to which all media, and one line, can be cut. */
const test = base.extend<{ bridge: Bridge; line: Line }>({
  bridge: async ({}, use) => {
    const bridge = await Bridge.start();
    await use(bridge);
    await bridge.stop();
  },
  server: async ({ bridge }, use) => {
    const server = await PlenumServer.start({ advertise: bridge.address, port: bridge.mediaPort });
    await use(server);
    await server.stop();
  },
  line: async ({ server }, use) => {
    const line = await Line.to(server.url);
    await use(line);
    await line.stop();
  },
});

/** Each set of people that somebody's page knew, from now on. */
async function noteRosters(of: Person): Promise<() => Promise<number[]>> {
  await of.page.evaluate(() => {
    const { engine } = window.__plenum!;
    const sizes: number[] = [];
    const note = () => {
      const size = engine.getState().participants.length;
      if (sizes.at(-1) !== size) sizes.push(size);
    };
    note();
    engine.subscribe(note);
    Object.assign(window, { __rosters: sizes });
  });
  return () => of.page.evaluate(() => (window as unknown as { __rosters: number[] }).__rosters);
}

test('a cable that is pulled, for less than the window and for more', async ({
  member,
  bridge,
  line,
}) => {
  const ada = await member('Ada');
  const grace = await member('Grace', 'small', line.url);
  const code = await ada.createMeeting('Cable');
  await ada.enter();
  await grace.joinByCode(code);
  await expectPicture(ada, grace);
  await expectPicture(grace, ada);
  await grace.control('Mute').click();
  await grace.control('Raise hand').click();
  const id = await grace.id();
  await expect.poll(() => ada.state((s) => s.hands)).toEqual([id]);

  /** Nothing goes in or out for so long, neither words nor pictures. */
  const without = async (milliseconds: number, meanwhile: () => Promise<void>) => {
    const ways = await sendsFrom(grace.page);
    expect(ways).toHaveLength(2);
    line.pull();
    for (const way of ways) await bridge.blackhole(way, true);
    const over = grace.page.waitForTimeout(milliseconds);
    await meanwhile();
    await over;
    for (const way of ways) await bridge.blackhole(way, false);
    line.plug();
  };
  const healed = async () => {
    await grace.joined();
    await expectPicture(ada, grace);
    await expectPicture(grace, ada);
    await expectSound(grace, ada);
    await expect(ada.tile(grace)).toHaveCount(1);
    await expect(ada.tile(grace)).not.toContainText('Reconnecting');
    await expect(grace.page.getByText('Reconnecting')).toHaveCount(0);
    await expect(grace.control('Unmute')).toBeVisible();
    await expect(grace.control('Lower hand')).toBeVisible();
  };

  await test.step('for five seconds: nobody leaves, and the pictures stay', async () => {
    const rosters = await noteRosters(ada);
    await without(5_000, async () => {
      await expect(ada.tile(grace)).toContainText('Reconnecting');
      await expect(ada.tile(grace).locator('video')).toBeVisible();
      await expect(grace.page.getByText('You keep your seat.', { exact: false })).toBeVisible();
      await expect(grace.tile(ada).locator('video')).toBeVisible();
      await expect(grace.page.getByRole('dialog')).toHaveCount(0);
    });
    await healed();
    expect(await grace.id()).toBe(id);
    expect(await ada.state((s) => s.hands)).toEqual([id]);
    expect(await rosters()).toEqual([2]);
  });

  await test.step('for longer than the seat is kept: the page comes in again by itself', async () => {
    const rosters = await noteRosters(ada);
    await without(25_000, async () => {
      await expect(ada.tile(grace)).toContainText('Reconnecting');
      await expect(ada.tile(grace)).toHaveCount(0, { timeout: 40_000 });
      await expect(grace.tile(ada).locator('video')).toBeVisible();
      await expect(grace.page.getByRole('dialog')).toHaveCount(0);
    });
    await healed();
    const again = await grace.id();
    await expect.poll(() => ada.state((s) => s.hands)).toEqual([again]);
    expect(await rosters()).toEqual([2, 1, 2]);
  });
});
