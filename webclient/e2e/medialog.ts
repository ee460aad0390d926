import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserArgs, executablePath } from './browser';
import { test as base } from './fixtures';

interface WorkerFixtures {
  /** Where the browser of this worker writes its warnings. */
  mediaLog: string;
}

/** A browser that writes down what its media stack warns of: the console of a page never hears of it. */
export const test = base.extend<object, WorkerFixtures>({
  mediaLog: [
    async ({}, use) => {
      const directory = await mkdtemp(join(tmpdir(), 'plenum-e2e-browser-'));
      await use(join(directory, 'media.log'));
      await rm(directory, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  browser: [
    async ({ mediaLog }, use) => {
      const args = [...browserArgs, '--enable-logging', `--log-file=${mediaLog}`];
      const browser = await chromium.launch({ executablePath, args });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

/** The lines in which the browser says that a picture could not be decoded. */
export async function decoderErrors(mediaLog: string): Promise<string[]> {
  const lines = (await readFile(mediaLog, 'utf8')).split('\n');
  return lines.filter((line) => /fail(ed|ure)?\b.*decod|decod.*(fail|error|corrupt)/i.test(line));
}
