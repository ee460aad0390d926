import { readdir, readFile } from 'node:fs/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';

interface ProcessInfo {
  type: string;
  id: number;
}

/** The thread of a browser on which the scripts of one page run. */
export class MainThread {
  private readonly pid: number;

  private constructor(pid: number) {
    this.pid = pid;
  }

  /** The browser names its processes but not whose page is whose: it is the one that works when the page does. */
  static async of(browser: Browser, page: Page): Promise<MainThread> {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as {
      processInfo: ProcessInfo[];
    };
    const threads = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => new MainThread(id));
    const before = await Promise.all(threads.map((each) => each.used()));
    await page.evaluate(() => {
      for (const end = performance.now() + 500; performance.now() < end;);
    });
    const after = await Promise.all(threads.map((each) => each.used()));
    const worked = after.map((ns, i) => ns - (before[i] ?? 0));
    await session.detach();
    return threads[worked.indexOf(Math.max(...worked))]!;
  }

  /** Part of one core that it takes within so many seconds, and the same of all threads of its process by their names. */
  async share(page: Page, seconds: number): Promise<{ main: number; all: Map<string, number> }> {
    const before = await this.threads();
    await page.waitForTimeout(seconds * 1000);
    const after = await this.threads();
    const part = (ns: number) => ns / (seconds * 1e9);
    const all = new Map<string, number>();
    for (const [id, { name, ns }] of after) {
      all.set(name, (all.get(name) ?? 0) + part(ns - (before.get(id)?.ns ?? 0)));
    }
    const own = String(this.pid);
    return { main: part((after.get(own)?.ns ?? 0) - (before.get(own)?.ns ?? 0)), all };
  }

  private async used(): Promise<number> {
    return nanoseconds(`/proc/${this.pid}/task/${this.pid}`);
  }

  private async threads(): Promise<Map<string, { name: string; ns: number }>> {
    const all = new Map<string, { name: string; ns: number }>();
    for (const id of await readdir(`/proc/${this.pid}/task`)) {
      const directory = `/proc/${this.pid}/task/${id}`;
      // A thread may end meanwhile.
      const name = await readFile(`${directory}/comm`, 'utf8').catch(() => '');
      if (name !== '') all.set(id, { name: name.trim(), ns: await nanoseconds(directory) });
    }
    return all;
  }
}

async function nanoseconds(directory: string): Promise<number> {
  const text = await readFile(`${directory}/schedstat`, 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]);
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** In which functions the scripts of a page spend their time, the dearest first, in parts of one core. */
export async function dearest(page: Page, seconds: number, most: number): Promise<string[]> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.start');
  await page.waitForTimeout(seconds * 1000);
  const { profile } = (await session.send('Profiler.stop')) as { profile: Profile };
  await session.detach();
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(nameless)'} ${url.replace(/^.*\//, '')}:${lineNumber}`,
    ]),
  );
  const spent = new Map<string, number>();
  profile.samples.forEach((id, i) => {
    const name = names.get(id) ?? '';
    spent.set(name, (spent.get(name) ?? 0) + (profile.timeDeltas[i] ?? 0));
  });
  return [...spent]
    .filter(([name]) => !name.startsWith('(idle)'))
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, us]) => `${((us / (seconds * 1e6)) * 100).toFixed(2)} % ${name}`);
}
