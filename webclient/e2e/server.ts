import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from './port';

export const binary = resolve(
  process.env['PLENUM_BINARY'] || join(import.meta.dirname, '../../.bin/plenum'),
);
const readyWithin = 20_000;
const stopWithin = 8_000;

/** A Plenum of its own for one test: empty data directory, free ports. */
export class PlenumServer {
  readonly url: string;
  private readonly adminUrl: string;
  private readonly process: ChildProcess;
  private readonly data: string;
  private output = '';

  private constructor(process: ChildProcess, data: string, url: string, adminPort: number) {
    this.process = process;
    this.data = data;
    this.url = url;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    process.stdout?.on('data', keep);
    process.stderr?.on('data', keep);
  }

  /**
   * With `advertise`, browsers send their media to that address, from which it has to reach `port`. `mail` is the port
   * of a mail server. Over `tls` browsers have to be told to trust what the server made itself; `origin` is another page
   * that may use it.
   */
  static async start(
    given: {
      advertise?: string;
      port?: number;
      mail?: number;
      tls?: boolean;
      origin?: string;
    } = {},
  ): Promise<PlenumServer> {
    if (!existsSync(binary)) {
      throw new Error(`${binary} is missing: build it with \`task build\`, or set PLENUM_BINARY`);
    }
    const data = await mkdtemp(join(tmpdir(), 'plenum-e2e-'));
    const [port, adminPort, freeMediaPort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
    ]);
    const args = [
      'serve',
      `--data=${data}`,
      `--listen=127.0.0.1:${port}`,
      `--admin-listen=127.0.0.1:${adminPort}`,
      `--media-port=${given.port ?? freeMediaPort}`,
      `--media-address=${process.env['E2E_MEDIA_ADDRESS'] || '127.0.0.1'}`,
      '--turn-port=0',
      '--log-level=info',
      ...(given.advertise ? [`--media-advertise=${given.advertise}`] : []),
      ...(given.mail
        ? [`--smtp=smtp://127.0.0.1:${given.mail}`, `--public-url=http://127.0.0.1:${port}`]
        : []),
      ...(given.tls ? ['--tls-dev'] : []),
      ...(given.origin ? [`--origin=${given.origin}`] : []),
    ];
    // A setting of the developer's own must not reach the server of a test.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('PLENUM_')),
    );
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const server = new PlenumServer(
      child,
      data,
      `${given.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
      adminPort,
    );
    try {
      await server.ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get log(): string {
    return this.output;
  }

  /** What the server says about its rooms; a sentence if it cannot be asked. */
  async rooms(code: string): Promise<string> {
    try {
      const response = await fetch(`${this.adminUrl}/debug/rooms/${code}`);
      return await response.text();
    } catch (error) {
      return `not available: ${String(error)}`;
    }
  }

  async stop(): Promise<void> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithin);
      await exited;
      clearTimeout(timer);
    }
    await rm(this.data, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const end = Date.now() + readyWithin;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(`the server ended:\n${this.output}`);
      try {
        // It listens after the public one.
        const response = await fetch(`${this.adminUrl}/healthz`);
        if (response.ok) return;
      } catch {
        // Not listening yet.
      }
      if (Date.now() > end) throw new Error(`the server is not ready:\n${this.output}`);
      await new Promise((next) => setTimeout(next, 50));
    }
  }
}
