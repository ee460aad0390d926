import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from './server';

/** `plenum loadtest` in a meeting that is there already. */
export class Bots {
  private readonly process: ChildProcess;
  private readonly directory: string;
  private output = '';

  private constructor(process: ChildProcess, directory: string) {
    this.process = process;
    this.directory = directory;
    process.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async send(server: string, code: string, scenario: string): Promise<Bots> {
    const directory = await mkdtemp(join(tmpdir(), 'plenum-bots-'));
    const file = join(directory, 'bots.yaml');
    await writeFile(file, scenario);
    const child = spawn(binary, ['loadtest', file, `--server=${server}`, `--meeting=${code}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new Bots(child, directory);
  }

  /** What they complained of. */
  get log(): string {
    return this.output;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill('SIGINT');
      await exited;
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}
