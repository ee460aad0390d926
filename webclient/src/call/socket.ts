import type { ClientMessage, ServerMessage } from '../protocol/messages';
import type { CallDeps } from './deps';

const beatEvery = 2_500;
const pingEvery = 5_000;
const deadAfter = 10_000;
const openWithin = 8_000;
const replyWithin = 10_000;

export type MessageType = ClientMessage['type'];
export type DataOf<T extends MessageType> = Extract<ClientMessage, { type: T }>['data'];

/** A refusal of the server, or a `closed` or `timeout` of our own. */
export class RequestError extends Error {
  readonly code: string;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(code: string, message: string, retryAfter?: number) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

export interface SocketEvents {
  /** An event of the room: every message that is not a reply. Its number is 0 if it has none. */
  message(message: ServerMessage, seq: number): void;
  /** Called once, after the socket had opened; never after close(). */
  closed(code: number, reason: string): void;
}

interface Pending {
  resolve(reply: ServerMessage): void;
  reject(error: RequestError): void;
  cancel(): void;
}

interface Envelope {
  re?: number;
  seq?: number;
  type: string;
  data?: unknown;
}

/** One WebSocket: requests and their replies, events, and a heartbeat. */
export class Socket {
  /** Rejects with `refused` if the handshake fails and `timeout` if it hangs. */
  readonly opened: Promise<void>;
  private readonly deps: Pick<CallDeps, 'socket' | 'timers'>;
  private readonly events: SocketEvents;
  private readonly ws: WebSocket;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private quiet = 0;
  private sincePing = 0;
  private stopBeating: () => void = () => {};
  private isOpen = false;
  private done = false;

  constructor(
    deps: Pick<CallDeps, 'socket' | 'timers'>,
    url: string,
    protocols: string[],
    events: SocketEvents,
  ) {
    this.deps = deps;
    this.events = events;
    this.ws = deps.socket(url, protocols);
    this.opened = this.open();
  }

  /** Resolves to the reply; rejects with a RequestError. */
  request<T extends MessageType>(
    type: T,
    data: DataOf<T>,
    within = replyWithin,
  ): Promise<ServerMessage> {
    if (!this.isOpen) return Promise.reject(new RequestError('closed', 'the socket is not open'));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancel = this.deps.timers.after(within, () => {
        this.pending.delete(id);
        reject(new RequestError('timeout', `no reply to ${type}`));
      });
      this.pending.set(id, { resolve, reject, cancel });
      this.ws.send(JSON.stringify({ v: 1, id, type, data }));
    });
  }

  /** Closes without an event. */
  close(): void {
    if (this.done) return;
    this.finish();
    this.ws.close(1000);
  }

  private open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.deps.timers.after(openWithin, () => {
        this.close();
        reject(new RequestError('timeout', 'the socket did not open in time'));
      });
      this.ws.onopen = () => {
        if (this.done) return;
        cancel();
        this.isOpen = true;
        this.beat();
        resolve();
      };
      this.ws.onmessage = (event: MessageEvent<unknown>) => this.receive(event.data);
      this.ws.onclose = (event: CloseEvent) => {
        cancel();
        reject(new RequestError('refused', event.reason || 'the server refused the socket'));
        this.lost(event.code, event.reason);
      };
    });
  }

  private receive(text: unknown): void {
    if (this.done || typeof text !== 'string') return;
    this.quiet = 0;
    const envelope = parse(text);
    if (envelope === undefined) return;
    const message = { type: envelope.type, data: envelope.data ?? {} } as ServerMessage;
    if (envelope.re === undefined) {
      this.events.message(message, envelope.seq ?? 0);
      return;
    }
    const pending = this.pending.get(envelope.re);
    this.pending.delete(envelope.re);
    pending?.cancel();
    if (message.type === 'error') {
      const { code, message: text, retryAfter } = message.data;
      pending?.reject(new RequestError(code, text, retryAfter));
    } else {
      pending?.resolve(message);
    }
  }

  // Counted in beats, not by the clock: when the machine has slept or is starved, the beat itself comes
  // late, and what the server has sent meanwhile is still waiting to be read.
  private beat(): void {
    this.stopBeating = this.deps.timers.after(beatEvery, () => {
      this.quiet += beatEvery;
      if (this.quiet >= deadAfter) {
        this.ws.close(1000);
        // The browser may wait long for a closing handshake that a dead link never answers.
        this.lost(1006, 'heartbeat');
        return;
      }
      this.sincePing += beatEvery;
      if (this.sincePing >= pingEvery) this.ping();
      this.beat();
    });
  }

  private ping(): void {
    this.sincePing = 0;
    this.request('ping', {}).catch(() => {});
  }

  private lost(code: number, reason: string): void {
    const tell = this.isOpen && !this.done;
    this.finish();
    if (tell) this.events.closed(code, reason);
  }

  private finish(): void {
    this.done = true;
    this.isOpen = false;
    this.stopBeating();
    for (const { reject, cancel } of this.pending.values()) {
      cancel();
      reject(new RequestError('closed', 'the socket closed'));
    }
    this.pending.clear();
  }
}

function parse(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEnvelope = typeof value === 'object' && value !== null && 'type' in value;
    return isEnvelope ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}
