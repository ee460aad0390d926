import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Builds the client for a server elsewhere, into a directory of its own. */
export async function buildFor(api: string): Promise<{ dir: string; remove(): Promise<void> }> {
  const root = resolve(import.meta.dirname, '..');
  const dir = await mkdtemp(join(tmpdir(), 'plenum-apart-'));
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--outDir', dir, '--emptyOutDir'];
  const child = spawn(process.execPath, [...vite, '--logLevel', 'error'], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, VITE_API_URL: api },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`vite build ended with ${code}`);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** The headers that the operator's page about such hosts gives, for a server at this address. */
export async function headersFor(api: string): Promise<Record<string, string>> {
  const page = await readFile(resolve(import.meta.dirname, '../../deploy/docs/apart.md'), 'utf8');
  const block = /```\n(Content-Security-Policy: [^`]*)```/.exec(page)?.[1];
  if (block === undefined) throw new Error('apart.md has no headers');
  const text = block
    .replaceAll('https://api.example.org', api)
    .replaceAll('wss://api.example.org', api.replace('http', 'ws'));
  const lines = text.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
}

/** What a host gives out. */
export interface Site {
  dir: string;
  headers: Record<string, string>;
}

/** A host of files and nothing else. Paths that are no file are the client's own. */
export class StaticHost {
  readonly port: number;
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  static async start(site: Site, port: number): Promise<StaticHost> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const name = extname(path) === '' ? '/index.html' : path;
      readFile(join(site.dir, name)).then(
        (content) =>
          response
            .writeHead(200, { ...site.headers, 'Content-Type': types[extname(name)] })
            .end(content),
        () => response.writeHead(404).end(),
      );
    });
    server.listen(port, 'localhost');
    await once(server, 'listening');
    return new StaticHost(server, port);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
