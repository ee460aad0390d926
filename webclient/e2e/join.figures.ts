import { expect, test } from './fixtures';
import type { Page } from '@playwright/test';

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

test('join: from the open WebSocket to the first decoded frame', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const code = await ada.createMeeting('Figures');
  await ada.enter();
  await grace.context.addInitScript(watchJoin);
  const times: number[] = [];
  const keyFrames = async () => {
    const layers = await ada.sending('camera');
    return Math.max(...layers.map(({ keyFramesEncoded }) => keyFramesEncoded));
  };
  let without = 0;
  for (let i = 0; i < joins; i++) {
    await grace.goto(`/m/${code}`);
    const before = await keyFrames();
    await grace.enter();
    times.push(await fromSocketToFrame(grace.page));
    if ((await keyFrames()) === before) without++;
    await grace.leave();
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.ceil(share * times.length) - 1] ?? 0);
  console.log(
    `join to first frame, ${joins} joins: median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms; ` +
      `${without} without a new key frame of the publisher`,
  );
});
