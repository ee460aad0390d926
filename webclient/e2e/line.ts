import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { freePort } from './port';

/** The wire from one browser to the server, of which the plug can be pulled: pages, requests and the WebSocket go by it. */
export class Line {
  readonly url: string;
  private readonly entrance: Server;
  private readonly open = new Set<Socket>();
  private pulled = false;

  private constructor(port: number, to: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.entrance = createServer((near) => {
      if (this.pulled) return void near.destroy();
      const far = connect(to, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const [each, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.open.add(each);
        // Whatever goes wrong with one end is for the other to notice.
        each.on('error', () => {});
        each.on('close', () => {
          this.open.delete(each);
          other.destroy();
        });
      }
    });
    this.entrance.listen(port, '127.0.0.1');
  }

  static async to(server: string): Promise<Line> {
    const line = new Line(await freePort(), Number(new URL(server).port));
    await once(line.entrance, 'listening');
    return line;
  }

  pull(): void {
    this.pulled = true;
    for (const each of this.open) each.destroy();
  }

  plug(): void {
    this.pulled = false;
  }

  async stop(): Promise<void> {
    this.pull();
    this.entrance.close();
    await once(this.entrance, 'close');
  }
}
