import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './port';

const run = promisify(execFile);

export const binary = resolve(
  process.env['PLENUM_BINARY'] || join(import.meta.dirname, '../../.bin/plenum'),
);
// A setting of the developer's own must not reach the server of a test.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('PLENUM_')),
);
const readyWithin = 20_000;
const stopWithin = 8_000;

/** A Plenum of its own for one test: empty data directory, free ports. */
export class PlenumServer {
  readonly url: string;
  private readonly adminUrl: string;
  private readonly args: readonly string[];
  private readonly data: string;
  private process: ChildProcess;
  private output = '';
  private key: string | undefined;

  private constructor(args: readonly string[], data: string, url: string, adminPort: number) {
    this.args = args;
    this.data = data;
    this.url = url;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    this.process = this.spawn();
  }

  private spawn(): ChildProcess {
    const child = spawn(binary, this.args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    return child;
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
    const url = `${given.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
    const server = new PlenumServer(args, data, url, adminPort);
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

  /** What whoever runs the server does by the admin API; fails if it is refused. */
  async operate(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void> {
    this.key ??= await this.makeKey();
    const response = await fetch(`${this.adminUrl}/api/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.key}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  }

  private async makeKey(): Promise<string> {
    const args = ['admin', 'keys', 'create', 'test', '--all', '--json', `--data=${this.data}`];
    const { stdout } = await run(binary, args, { env });
    return (JSON.parse(stdout) as { secret: string }).secret;
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.data, { recursive: true, force: true });
  }

  /** Stops as for an update: what it has kept stays. */
  async halt(): Promise<void> {
    const { process: child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithin);
    await exited;
    clearTimeout(timer);
  }

  /** Another server in place of one that was stopped, at the same addresses and with what that has kept. */
  async begin(): Promise<void> {
    this.process = this.spawn();
    await this.ready();
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
