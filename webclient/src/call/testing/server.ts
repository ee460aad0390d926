import type {
  ClientMessage,
  Meeting,
  MeetingJoined,
  Participant,
  Permissions,
  ServerMessage,
} from '../../protocol/messages';
import type { DataOf } from '../socket';

type Request = ClientMessage & { id: number };
type Reply = ServerMessage | undefined;

/** One socket, seen from the server's side. */
export class FakeSocket {
  readonly url: string;
  readonly protocols: string[];
  readonly got: Request[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  isOpen = false;
  isClosed = false;
  /** A dead link: nothing goes through and nobody is told. */
  dead = false;
  private readonly answer: (request: Request, socket: FakeSocket) => Reply;
  private told = 0;

  constructor(
    url: string,
    protocols: string[],
    answer: (request: Request, socket: FakeSocket) => Reply,
  ) {
    this.url = url;
    this.protocols = protocols;
    this.answer = answer;
  }

  accept(): void {
    this.isOpen = true;
    this.onopen?.();
  }

  send(text: string): void {
    const request = JSON.parse(text) as Request;
    this.got.push(request);
    if (this.dead) return;
    const reply = this.answer(request, this);
    if (reply) this.reply(request.id, reply);
  }

  reply(re: number, message: ServerMessage): void {
    queueMicrotask(() => this.deliver(JSON.stringify({ v: 1, re, ...message })));
  }

  /** Says something that nobody asked for. */
  tell(message: ServerMessage, seq = ++this.told): void {
    this.deliver(JSON.stringify({ v: 1, seq, ...message }));
  }

  deliver(text: string): void {
    if (!this.isClosed && !this.dead) this.onmessage?.({ data: text });
  }

  /** The client's own close(); browsers tell it afterwards. */
  close(): void {
    this.drop(1000);
  }

  /** The link breaks, or the server closes. */
  drop(code = 1006, reason = ''): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isOpen = false;
    queueMicrotask(() => this.onclose?.({ code, reason }));
  }

  all<T extends ClientMessage['type']>(type: T): DataOf<T>[] {
    return this.got.filter((each) => each.type === type).map((each) => each.data as DataOf<T>);
  }
}

const everything: Permissions = {
  unmute: true,
  camera: true,
  share: true,
  chat: true,
  privateChat: true,
  reactions: true,
  rename: true,
};

/** A meeting with the settings that a new one has, but for the lobby. */
export function meeting(title: string): Meeting {
  return {
    code: 'abcde-fghjk',
    title,
    locked: false,
    lobby: false,
    chatHistory: 'all',
    permissions: everything,
    spotlight: [],
    startedAt: '2026-01-01T00:00:00Z',
  };
}

/** A room that lets everybody in and says ok to everything, unless a test says otherwise. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  snapshot: MeetingJoined = {
    self: 'ada',
    meeting: meeting('Monday'),
    participants: [person('ada')],
    hands: [],
    speakers: [],
    chat: [],
    moreChat: false,
    permissions: everything,
    seq: 0,
    resumeWithin: 20,
    ticket: 'ticket-1',
  };
  /** Answers of a test's own; undefined from it leaves the request without any reply. */
  readonly replies: Partial<Record<ClientMessage['type'], (request: Request) => Reply>> = {};
  /** Whether a handshake with these subprotocols succeeds. */
  admits: (protocols: string[]) => boolean = () => true;

  connect(url: string, protocols: string[]): WebSocket {
    const socket = new FakeSocket(url, protocols, (request) => this.answer(request));
    this.sockets.push(socket);
    queueMicrotask(() => (this.admits(protocols) ? socket.accept() : socket.drop()));
    return socket as unknown as WebSocket;
  }

  get socket(): FakeSocket {
    const last = this.sockets[this.sockets.length - 1];
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }

  private answer(request: Request): Reply {
    const own = this.replies[request.type];
    if (own) return own(request);
    switch (request.type) {
      case 'meeting:join':
      case 'meeting:resume':
        return { type: 'meeting:joined', data: this.snapshot };
      case 'webrtc:offer':
        return { type: 'webrtc:answer', data: { pc: request.data.pc, sdp: 'answer' } };
      case 'ping':
        return { type: 'pong', data: {} };
      default:
        return { type: 'ok', data: {} };
    }
  }
}

export function person(id: string, change: Partial<Participant> = {}): Participant {
  return {
    id,
    name: id,
    role: 'PARTICIPANT',
    guest: false,
    joinedAt: '2026-01-01T00:00:00Z',
    publications: [],
    ...change,
  };
}
