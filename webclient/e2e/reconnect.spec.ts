import { expect, test } from './fixtures';
import { expectPicture } from './expectations';

test('a socket that drops comes back by itself, as the same participant', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Line');
  await ada.enter();

  // The browser's way to the server goes through here, and can be cut.
  const cuts: (() => Promise<void>)[] = [];
  await grace.page.routeWebSocket(/\/ws$/, (route) => {
    route.connectToServer();
    cuts.push(() => route.close({ code: 1013, reason: 'cut' }));
  });
  await grace.joinByCode(code);
  await expectPicture(ada, grace);
  const id = await grace.id();
  await grace.control('Raise hand').click();
  await expect.poll(() => ada.state((s) => s.hands)).toEqual([id]);

  await cuts[0]!();
  await expect.poll(() => cuts.length).toBe(2);
  await grace.joined();
  expect(await grace.id()).toBe(id);
  await expectPicture(ada, grace);
  await expectPicture(grace, ada);
  await expect.poll(() => ada.state((s) => s.hands)).toEqual([id]);
  expect(await ada.state((s) => s.participants.length)).toBe(2);
});
