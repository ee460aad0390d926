import { expect, test } from './fixtures';
import type { Page } from '@playwright/test';
import type { Person } from './person';
import { at } from './skew';

const joins = 20;

/** Notes when the page's WebSocket opened and when a remote picture was first shown. */
function watchJoin(): void {
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('open', () => performance.mark('socket-open'));
    }
  };
  const look = () => {
    const self = window.__plenum?.engine.getState().self;
    const shown = [
      ...document.querySelectorAll<HTMLVideoElement>('article[data-participant] video'),
    ];
    const remote = shown.filter(
      (video) => video.closest('article')?.dataset['participant'] !== self,
    );
    if (self && remote.some((video) => video.getVideoPlaybackQuality().totalVideoFrames > 0)) {
      performance.mark('first-frame');
    } else {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
}

async function fromSocketToFrame(page: Page): Promise<number> {
  const took = () =>
    page.evaluate(() => {
      const [open] = performance.getEntriesByName('socket-open');
      const [frame] = performance.getEntriesByName('first-frame');
      return open && frame ? frame.startTime - open.startTime : 0;
    });
  await expect.poll(took, { timeout: 60_000, intervals: [100] }).toBeGreaterThan(0);
  return took();
}

/** The most key frames that a layer of somebody's camera has had. */
async function keyFrames(of: Person): Promise<number> {
  const layers = await of.sending('camera');
  return Math.max(...layers.map(({ keyFramesEncoded }) => keyFramesEncoded));
}

/** How often the server has asked somebody's camera for a key frame. What is turned on begins with one unasked. */
async function requests(of: Person): Promise<number> {
  return of.page.evaluate(async () => {
    let asked = 0;
    for (const connection of window.__connections ?? []) {
      if (connection.connectionState !== 'connected') continue;
      for (const report of (await connection.getStats()).values()) {
        const { type, pliCount } = report as { type: string; pliCount?: number };
        if (type === 'outbound-rtp') asked += pliCount ?? 0;
      }
    }
    return asked;
  });
}

/** Makes the camera's encoders begin anew, as if somebody else had just joined. */
async function makeKeyFrame(of: Person): Promise<void> {
  await of.page.evaluate(async () => {
    const senders = [...(window.__connections ?? [])].flatMap((each) => each.getSenders());
    const sender = senders.find(({ track }) => track?.kind === 'video')!;
    const parameters = sender.getParameters();
    const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
    // The second argument is of Chromium; the DOM library does not know it.
    const set = sender.setParameters.bind(sender) as (a: object, b: object) => Promise<void>;
    await set(parameters, { encodingOptions });
  });
}

for (const cached of [false, true]) {
  const how = cached ? 'with a fresh key frame at the server' : 'into a room at rest';
  test(`join ${how}: from the open WebSocket to the first decoded frame`, async ({ member }) => {
    const ada = await member('Ada');
    const grace = await member('Grace');
    const code = await ada.createMeeting('Figures');
    await ada.enter();
    await ada.choose('Sound only');
    if (cached) {
      // Somebody watches all the time, or the camera would be paused.
      const joan = await member('Joan');
      await joan.joinByCode(code);
      await joan.control('Stop camera').click();
    }
    await grace.context.addInitScript(watchJoin);
    const times: number[] = [];
    const without = { request: 0, keyFrame: 0 };
    for (let i = 0; i < joins; i++) {
      await grace.goto(`/m/${code}`);
      await expect(grace.control('Mute')).toBeVisible();
      if (cached) {
        const before = await keyFrames(ada);
        await makeKeyFrame(ada);
        await expect.poll(() => keyFrames(ada), { intervals: [50] }).toBeGreaterThan(before);
      }
      const before = { requests: await requests(ada), keyFrames: await keyFrames(ada) };
      await grace.enter();
      times.push(await fromSocketToFrame(grace.page));
      if ((await requests(ada)) === before.requests) without.request++;
      if ((await keyFrames(ada)) === before.keyFrames) without.keyFrame++;
      await grace.leave();
    }
    console.log(
      `join ${how}, ${joins} joins: median ${at(times, 0.5).toFixed(0)} ms, p95 ${at(times, 0.95).toFixed(0)} ms, ` +
        `worst ${at(times, 1).toFixed(0)} ms; up to that frame ${without.request} without a request to the publisher, ` +
        `${without.keyFrame} without another key frame of any layer`,
    );
  });
}
