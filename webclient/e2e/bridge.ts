import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { freePort } from './port';
import { binary } from './server';

interface Counters {
  /** Datagrams that the bridge itself lost: then a run proves nothing. */
  overrun: number;
  down: { given: { bytes: number } };
  clients: { client: string; upstream: string }[];
}

/** A bad network between the browsers and a server, on this machine: `plenum bridge`. */
export class Bridge {
  readonly address: string;
  readonly mediaPort: number;
  private readonly control: string;
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess, address: string, mediaPort: number, control: string) {
    this.process = process;
    this.address = address;
    this.mediaPort = mediaPort;
    this.control = control;
  }

  static async start(): Promise<Bridge> {
    const [port, mediaPort, control] = await Promise.all([freePort(), freePort(), freePort()]);
    const address = `127.0.0.1:${port}`;
    const child = spawn(
      binary,
      [
        'bridge',
        `--listen=${address}`,
        `--to=127.0.0.1:${mediaPort}`,
        `--control=127.0.0.1:${control}`,
      ],
      { stdio: 'ignore' },
    );
    const bridge = new Bridge(child, address, mediaPort, `http://127.0.0.1:${control}`);
    for (let tries = 0; ; tries++) {
      try {
        await bridge.counters();
        return bridge;
      } catch (error) {
        if (tries === 100) throw error;
        await new Promise((next) => setTimeout(next, 50));
      }
    }
  }

  /** What the network is like from now on. */
  async use(profile: object): Promise<void> {
    await this.post('profile', { profile });
  }

  /** Whether everything is lost that goes by this address of a browser, which may be the one that the server told it. */
  async blackhole(address: string, on: boolean): Promise<void> {
    const { clients } = await this.counters();
    const seen = clients.find(({ upstream }) => upstream === address);
    await this.post('blackhole', { client: seen?.client ?? address, on });
  }

  private async post(path: string, body: object): Promise<void> {
    const options = { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${this.control}/${path}`, options);
    if (!response.ok) throw new Error(`the bridge refuses: ${await response.text()}`);
  }

  async counters(): Promise<Counters> {
    return (await (await fetch(`${this.control}/counters`)).json()) as Counters;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await exited;
  }
}

/** The addresses that the connections of a page send from. */
export async function sendsFrom(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = [];
    for (const connection of window.__connections ?? []) {
      if (connection.connectionState !== 'connected') continue;
      const all = [...(await connection.getStats()).values()] as Record<string, unknown>[];
      const transport = all.find(({ type }) => type === 'transport');
      const pair = all.find(({ id }) => id === transport?.['selectedCandidatePairId']);
      const local = all.find(({ id }) => id === pair?.['localCandidateId']);
      found.push(`${String(local?.['address'])}:${String(local?.['port'])}`);
    }
    return found;
  });
}
