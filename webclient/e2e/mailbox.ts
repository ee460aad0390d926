import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail server that takes everything and delivers nothing. */
export class Mailbox {
  readonly port: number;
  private readonly server: Server;
  private readonly letters: string[] = [];

  private constructor(server: Server) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => this.serve(socket));
  }

  static async start(): Promise<Mailbox> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Mailbox(server);
  }

  /** The address that the newest letter to somebody leads to; empty until there is one. */
  linkFor(email: string): string {
    const letter = this.letters.findLast((each) => each.includes(`To: <${email}>`)) ?? '';
    const [, body = ''] = letter.split('\n\n');
    const text = Buffer.from(body, 'base64').toString();
    return /https?:\/\/\S+/.exec(text)?.[0] ?? '';
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    let letter: string[] | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    createInterface(socket).on('line', (line) => {
      if (letter !== undefined) {
        if (line !== '.') return void letter.push(line);
        this.letters.push(letter.join('\n'));
        letter = undefined;
        say('250 taken');
      } else if (line === 'DATA') {
        letter = [];
        say('354 go on');
      } else if (line === 'QUIT') {
        socket.end('221 bye\r\n');
      } else {
        say('250 ok');
      }
    });
    say('220 here');
  }
}
