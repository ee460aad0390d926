import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from './port';

const readyWithin = 60_000;

/** `vite dev` in front of a Plenum server: it alone has the meeting with painted people. */
export async function startDevServer(
  plenum: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const root = resolve(import.meta.dirname, '..');
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const args = ['node_modules/vite/bin/vite.js', '--port', String(port), '--strictPort'];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, PLENUM_SERVER: plenum },
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  for (const end = Date.now() + readyWithin; ;) {
    if (child.exitCode !== null) throw new Error('vite ended at once');
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return { url, stop };
    if (Date.now() > end) {
      await stop();
      throw new Error('vite is not ready');
    }
    await new Promise((next) => setTimeout(next, 100));
  }
}
