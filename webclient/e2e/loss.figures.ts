import { expect, test } from '@playwright/test';
import { Bridge } from './bridge';
import { expectPicture } from './expectations';
import { Person } from './person';
import { PlenumServer } from './server';

const seconds = 60;
const roundTrip = 40;

/** The share of the time that the viewer saw a picture that stood still, and what it cost. */
test('freezes: what a viewer sees when packets are lost on the way down', async ({ browser }) => {
  const bridge = await Bridge.start();
  const server = await PlenumServer.start({ advertise: bridge.address, port: bridge.mediaPort });
  try {
    const ada = await Person.open(browser, server.url, 'Ada');
    const grace = await Person.open(browser, server.url, 'Grace');
    await ada.signUp();
    await grace.signUp();
    const code = await ada.createMeeting('Loss');
    await ada.enter();
    await grace.joinByCode(code);
    await expectPicture(grace, ada, { height: 360 });
    const slot = async () => (await grace.slot(ada, 'camera'))!;
    for (const loss of [0, 0.05, 0.1, 0.2]) {
      const delay = roundTrip / 2;
      await bridge.use({
        seed: 7,
        up: { start: { delay } },
        down: { start: { delay, loss } },
      });
      await grace.page.waitForTimeout(10_000);
      const before = await slot();
      const bytes = (await bridge.counters()).down.given.bytes;
      await grace.page.waitForTimeout(seconds * 1000);
      const after = await slot();
      const counters = await bridge.counters();
      expect(counters.overrun, 'datagrams that the bridge itself lost').toBe(0);
      const frozen = after.totalFreezesDuration - before.totalFreezesDuration;
      console.log(
        `${loss * 100} % lost: frozen ${((100 * frozen) / seconds).toFixed(1)} % of ${seconds} s, ` +
          `${after.freezeCount - before.freezeCount} freezes, ` +
          `${((after.framesDecoded - before.framesDecoded) / seconds).toFixed(1)} frames/s of ${after.frameHeight} lines, ` +
          `PLIs ${after.pliCount - before.pliCount}, ` +
          `${(((counters.down.given.bytes - bytes) * 8) / seconds / 1000).toFixed(0)} kbit/s through the bridge to both`,
      );
    }
    await ada.context.close();
    await grace.context.close();
  } finally {
    await server.stop();
    await bridge.stop();
  }
});
