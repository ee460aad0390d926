import { chromium, expect, test } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { Bridge } from './bridge';
import { browserArgs, executablePath } from './browser';
import { bringClapper } from './clapper';
import { expectPicture, expectSound } from './expectations';
import { observePictures, observeSound, observed } from './observer';
import { Person } from './person';
import { PlenumServer } from './server';
import { at, median, skewsOf } from './skew';
import type { Skew } from './skew';

const bearable = 80;
const stall = 2_000;

test('lip sync: how much later than its sound a picture comes', async ({ browser }) => {
  const bridge = await Bridge.start();
  const server = await PlenumServer.start({ advertise: bridge.address, port: bridge.mediaPort });
  // The publisher's browser is one of its own, for it will be stopped.
  const far = await chromium.launchServer({ executablePath, args: browserArgs });
  try {
    const straight = await within(browser, server.url, 'straight');
    // What the clapper and our own reading of it put between picture and sound.
    const bias = median(straight.map(({ skew }) => skew));
    console.log(`bias: ${bias.toFixed(0)} ms, taken off everything below`);
    const say = (what: string, skews: readonly Skew[]) => console.log(describe(what, skews, bias));
    say('straight from the clapper', straight);
    say('by a connection within one page', await within(browser, server.url, 'connected'));

    const ada = await Person.open(await chromium.connect(far.wsEndpoint()), server.url, 'Ada');
    await bringClapper(ada.context);
    const grace = await Person.open(browser, server.url, 'Grace');
    await ada.signUp();
    await grace.signUp();
    const code = await ada.createMeeting('Lips');
    await ada.enter();
    await grace.joinByCode(code);
    await grace.control('Mute').click();
    await grace.control('Stop camera').click();
    await ada.choose('Sound only');
    await expectPicture(grace, ada, { height: 360 });
    await expectSound(grace, ada);
    await observePerson(grace, ada);
    const now = () => grace.page.evaluate(() => performance.now());
    const during = async (seconds: number) => {
      const from = await now();
      await grace.page.waitForTimeout(seconds * 1000);
      const skews = skewsOf(await observed(grace.page)).filter((each) => each.at >= from);
      expect(skews.length, 'notes that were heard').toBeGreaterThan(seconds / 2);
      return skews;
    };
    const mended = async (what: string) => {
      const from = await now();
      const skews = await during(30);
      const since = (late: Skew) => (late.at - from) / 1000;
      const bad = skews.filter(({ skew }) => Math.abs(skew - bias) > bearable).map(since);
      say(
        `${what}, 10 s later`,
        skews.filter((each) => since(each) > 10),
      );
      console.log(
        `  not within ±${bearable} ms, s after: ${bad.map((s) => s.toFixed(0)).join(' ')}`,
      );
    };

    say('by the server, its first half minute', await during(30));
    say('by the server', await during(30));
    await bridge.use(path({ delay: 20 }));
    await grace.page.waitForTimeout(10_000);
    say('with a round trip of 40 ms', await during(20));

    const client = await publishingFrom(ada);
    await bridge.blackhole(client, true);
    await grace.page.waitForTimeout(stall);
    await bridge.blackhole(client, false);
    await mended('after 2 s without packets of the publisher');

    const group = -far.process().pid!;
    process.kill(group, 'SIGSTOP');
    await grace.page.waitForTimeout(stall);
    process.kill(group, 'SIGCONT');
    await mended('after 2 s in which the publisher stood still');

    await bridge.use(path({ delay: 20, jitter: 15, loss: 0.02 }));
    await grace.page.waitForTimeout(10_000);
    say('with 2 % lost and 15 ms of jitter', await during(30));
    await grace.context.close();
    await ada.context.close();
  } finally {
    await far.close();
    await server.stop();
    await bridge.stop();
  }
});

/** A network that does the same to both directions. */
function path(start: object): object {
  return { seed: 7, up: { start }, down: { start } };
}

function describe(what: string, skews: readonly Skew[], bias: number): string {
  const values = skews.map(({ skew }) => skew - bias);
  const [low, mid, high] = [0.05, 0.5, 0.95].map((share) => at(values, share).toFixed(0));
  const size = at(values.map(Math.abs), 0.95).toFixed(0);
  return `${what}: p95 ±${size} ms; ${values.length} notes, 5 % ${low}, median ${mid}, 95 % ${high}`;
}

/** Clapper and eye in one page: straight from one to the other, or over a connection that is the page's own. */
async function within(
  browser: Browser,
  url: string,
  way: 'straight' | 'connected',
): Promise<Skew[]> {
  const context = await browser.newContext();
  await bringClapper(context);
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(playOwn, way);
  await page.waitForTimeout(3_000);
  await observePictures(page, '#own-picture');
  await observeSound(page, '#own-sound');
  await page.waitForTimeout(15_000);
  const skews = skewsOf(await observed(page));
  await context.close();
  return skews;
}

async function playOwn(way: 'straight' | 'connected'): Promise<void> {
  const own = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  let shown = own;
  if (way === 'connected') {
    const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
    from.onicecandidate = ({ candidate }) => void to.addIceCandidate(candidate ?? undefined);
    to.onicecandidate = ({ candidate }) => void from.addIceCandidate(candidate ?? undefined);
    shown = new MediaStream();
    to.ontrack = ({ track }) => shown.addTrack(track);
    for (const track of own.getTracks()) from.addTrack(track, own);
    await from.setLocalDescription();
    await to.setRemoteDescription(from.localDescription!);
    await to.setLocalDescription();
    await from.setRemoteDescription(to.localDescription!);
  }
  const play = async (element: HTMLMediaElement, id: string, tracks: MediaStreamTrack[]) => {
    element.id = id;
    element.srcObject = new MediaStream(tracks);
    document.body.prepend(element);
    await element.play();
  };
  const picture = document.createElement('video');
  picture.muted = true;
  await play(picture, 'own-picture', shown.getVideoTracks());
  await play(document.createElement('audio'), 'own-sound', shown.getAudioTracks());
}

async function observePerson(viewer: Person, of: Person): Promise<void> {
  const id = await of.id();
  const { mid } = (await viewer.slot(of, 'microphone'))!;
  await viewer.page.evaluate((mid) => {
    const lines = [...(window.__connections ?? [])].flatMap((each) => each.getTransceivers());
    const line = lines.find((each) => each.mid === mid && each.currentDirection === 'recvonly');
    for (const element of document.querySelectorAll('audio')) {
      const stream = element.srcObject as MediaStream | null;
      if (line && stream?.getTracks().includes(line.receiver.track)) element.id = 'observed-sound';
    }
  }, mid);
  await observePictures(viewer.page, `article[data-participant="${id}"] video`);
  await observeSound(viewer.page, '#observed-sound');
}

/** The address from which somebody's media come. */
async function publishingFrom(person: Person): Promise<string> {
  return person.page.evaluate(async () => {
    for (const connection of window.__connections ?? []) {
      const sends = connection.getSenders().some(({ track }) => track !== null);
      if (!sends || connection.connectionState !== 'connected') continue;
      const all = [...(await connection.getStats()).values()] as Record<string, unknown>[];
      const transport = all.find(({ type }) => type === 'transport');
      const pair = all.find(({ id }) => id === transport?.['selectedCandidatePairId']);
      const local = all.find(({ id }) => id === pair?.['localCandidateId']);
      return `${String(local?.['address'])}:${String(local?.['port'])}`;
    }
    throw new Error('no connection that sends');
  });
}
