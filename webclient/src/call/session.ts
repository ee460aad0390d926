import { ApiError } from '../api';
import { CLOSE_CODES, GRANT_PREFIX, SUBPROTOCOL, TICKET_PREFIX } from '../protocol/messages';
import type { MeetingJoined, MeetingWaiting, ServerMessage } from '../protocol/messages';
import type { CallDeps, JoinApi } from './deps';
import { RequestError, Socket } from './socket';
import type { DataOf, MessageType } from './socket';
import type { CallError } from './state';

// A first join that cannot get through tells so; a running call goes on trying, and so does who waits in the lobby.
const firstTries = 4;
const retryFrom = 500;
const retryGrowth = 1.5;
const retryAtMost = 7_000;

// Refusals that a second try would not change.
const finalCodes = new Set([
  'forbidden',
  'not_found',
  'meeting_ended',
  'room_full',
  'lobby_full',
  'unauthorized',
  'locked',
  'removed',
]);

// Of a ticket: the place is gone or the room has moved on since. Another grant knows where to, or says why not.
const staleCodes = new Set(['forbidden', 'not_found', 'unauthorized', 'conflict']);

// Coming back would take the place from the socket that took it from us, or find the room gone.
const overCodes = new Map<number, string>([
  [CLOSE_CODES.takenOver, 'taken_over'],
  [CLOSE_CODES.meetingEnded, 'meeting_ended'],
  [CLOSE_CODES.removed, 'removed'],
]);

/** What it takes to come back into the same place, from another page too. */
export interface Place {
  ticket: string;
  socketUrl: string;
  iceServers: RTCIceServer[];
}

export interface SessionEvents {
  /** The first grant is there; the socket is about to be opened. */
  granted(iceServers: RTCIceServer[]): void;
  /** We wait in the lobby. */
  waiting(lobby: MeetingWaiting): void;
  /** The snapshot replaces all that we knew; what we had sent and received is gone. */
  joined(snapshot: MeetingJoined, again: boolean): void;
  /** We are back as if we had not been away, and what we missed follows. */
  resumed(): void;
  /** After that, all that we missed has been told. */
  caughtUp(): void;
  /** This is how to come back from now on. */
  placed(place: Place): void;
  /** The socket is gone, and we try to come back. */
  lost(): void;
  message(message: ServerMessage): void;
  /** Nothing more can be done. */
  failed(error: CallError): void;
}

/**
 * Our place in the room: opens the socket with a grant, comes back with the ticket when it drops, and
 * asks for another grant when the ticket is refused.
 */
export class Session {
  iceServers: RTCIceServer[] = [];
  private readonly deps: CallDeps;
  private readonly api: JoinApi;
  private readonly events: SessionEvents;
  private socket: Socket | undefined;
  private socketUrl = '';
  private ticket: string | undefined;
  private wasJoined = false;
  private isJoined = false;
  private isWaiting = false;
  /** Of the last event that we have seen. */
  private seq = 0;
  /** Of the last event that we have missed. */
  private missedUntil = 0;
  private closed = false;
  private cancelWait: () => void = () => {};

  /** With a place, that is where we come back to. */
  constructor(deps: CallDeps, api: JoinApi, events: SessionEvents, place?: Place) {
    this.deps = deps;
    this.api = api;
    this.events = events;
    if (place === undefined) return;
    this.ticket = place.ticket;
    this.socketUrl = place.socketUrl;
    this.iceServers = place.iceServers;
  }

  get joined(): boolean {
    return this.isJoined;
  }

  /** Resolves when joined, failed or closed. */
  async start(): Promise<void> {
    for (let tries = 0; !this.closed; tries++) {
      await this.wait(delay(tries, this.deps.timers.random()));
      if (this.closed) return;
      const outcome = await this.attempt();
      if (this.closed || outcome === 'joined') return;
      const givenUp = !(this.wasJoined || this.isWaiting) && tries + 1 >= firstTries;
      if (outcome.final || givenUp) {
        this.close();
        this.events.failed({ code: outcome.code, message: outcome.message });
        return;
      }
    }
  }

  /** Rejects with a RequestError, `closed` while we are not in the room. */
  request<T extends MessageType>(
    type: T,
    data: DataOf<T>,
    within?: number,
  ): Promise<ServerMessage> {
    if (!(this.isJoined || this.isWaiting) || !this.socket) {
      return Promise.reject(new RequestError('closed', 'not in the room'));
    }
    return this.socket.request(type, data, within);
  }

  /** For what may get lost: the room's state is the truth, not our memory of having asked. */
  send<T extends MessageType>(type: T, data: DataOf<T>): void {
    this.request(type, data).catch(() => {});
  }

  /** Does not wait for the next try. */
  hurry(): void {
    this.cancelWait();
  }

  close(): void {
    this.closed = true;
    this.isJoined = false;
    this.cancelWait();
    this.socket?.close();
    this.socket = undefined;
  }

  private async attempt(): Promise<'joined' | Refusal> {
    let known: Socket | undefined;
    try {
      known = await this.openWithTicket();
      const socket = known ?? (await this.openWithGrant());
      if (this.closed) {
        socket.close();
        return { final: true, code: 'closed', message: 'closed' };
      }
      this.socket = socket;
      // Who came no further than the lobby has nothing to come back to.
      const resumes = known !== undefined && !this.isWaiting;
      const reply = resumes
        ? await socket.request('meeting:resume', { seq: this.seq })
        : await socket.request('meeting:join', {});
      this.enter(reply);
      return 'joined';
    } catch (error) {
      this.socket?.close();
      this.socket = undefined;
      const stale = known && error instanceof RequestError && staleCodes.has(error.code);
      if (!stale) return refusal(error);
      this.ticket = undefined;
      return { ...refusal(error), final: false };
    }
  }

  private enter(reply: ServerMessage): void {
    switch (reply.type) {
      case 'meeting:joined': {
        const again = this.wasJoined;
        this.wasJoined = true;
        this.isJoined = true;
        this.isWaiting = false;
        this.seq = reply.data.seq ?? 0;
        this.missedUntil = 0;
        this.keep(reply.data.ticket);
        this.events.joined(reply.data, again);
        return;
      }
      case 'meeting:resumed':
        this.isJoined = true;
        this.keep(reply.data.ticket);
        this.missedUntil = this.seq + reply.data.missed;
        this.events.resumed();
        if (reply.data.missed === 0) this.events.caughtUp();
        return;
      case 'meeting:waiting':
        this.isWaiting = true;
        this.isJoined = false;
        this.keep(reply.data.ticket);
        this.events.waiting(reply.data);
        return;
      default:
        throw new RequestError('bad_reply', reply.type);
    }
  }

  private keep(ticket: string): void {
    // Empty: the one from before goes on to be good.
    if (ticket === '') return;
    this.ticket = ticket;
    this.events.placed({ ticket, socketUrl: this.socketUrl, iceServers: this.iceServers });
  }

  private receive(message: ServerMessage, seq: number): void {
    if (message.type === 'meeting:joined' || message.type === 'meeting:waiting') {
      this.enter(message);
      return;
    }
    // The snapshot or an earlier connection had it already.
    if (seq > 0 && seq <= this.seq) return;
    if (seq > 0) this.seq = seq;
    if (message.type === 'webrtc:ice-servers') {
      this.iceServers = message.data.servers;
      this.keep(this.ticket ?? '');
    }
    this.events.message(message);
    if (seq > 0 && seq === this.missedUntil) this.events.caughtUp();
  }

  /** Undefined if there is no ticket, or it was refused. */
  private async openWithTicket(): Promise<Socket | undefined> {
    if (this.ticket === undefined) return undefined;
    try {
      return await this.open(TICKET_PREFIX + this.ticket);
    } catch (error) {
      // A browser does not say whether the server refused or is down; the REST call that follows will.
      const refused = error instanceof RequestError && error.code === 'refused';
      if (refused && !this.closed) return undefined;
      throw error;
    }
  }

  private async openWithGrant(): Promise<Socket> {
    const answer = await this.api();
    this.iceServers = answer.iceServers;
    this.socketUrl = socketUrl(answer.socketUrl, this.deps.serverUrl());
    if (!this.wasJoined && !this.closed) this.events.granted(answer.iceServers);
    return this.open(GRANT_PREFIX + answer.grant);
  }

  private async open(credential: string): Promise<Socket> {
    const socket: Socket = new Socket(this.deps, this.socketUrl, [SUBPROTOCOL, credential], {
      message: (message, seq) => {
        if (socket === this.socket) this.receive(message, seq);
      },
      closed: (code) => {
        if (socket === this.socket) this.drop(code);
      },
    });
    this.socket = socket;
    await socket.opened;
    return socket;
  }

  // Before the room has let us in, the attempt itself notices.
  private drop(code: number): void {
    this.socket = undefined;
    if (!this.isJoined && !this.isWaiting) return;
    this.isJoined = false;
    if (this.closed) return;
    const over = overCodes.get(code);
    if (over) {
      this.close();
      this.events.failed({ code: over, message: `the server closed the socket: ${over}` });
      return;
    }
    if (!this.isWaiting) this.events.lost();
    void this.start();
  }

  private wait(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.deps.timers.after(ms, resolve);
      this.cancelWait = () => {
        cancel();
        resolve();
      };
    });
  }
}

interface Refusal {
  final: boolean;
  code: string;
  message: string;
}

function refusal(error: unknown): Refusal {
  if (error instanceof ApiError) {
    // Too many requests, a server in trouble and no network at all pass; the rest is about us.
    const final = error.status >= 400 && error.status < 500 && error.status !== 429;
    return { final, code: error.code, message: error.message };
  }
  if (error instanceof RequestError) {
    return { final: finalCodes.has(error.code), code: error.code, message: error.message };
  }
  return { final: false, code: 'internal', message: String(error) };
}

/** At once, then half a second to a second, growing to seven. */
export function delay(tries: number, random: number): number {
  if (tries === 0) return 0;
  const base = retryFrom * (1 + random) * retryGrowth ** (tries - 1);
  return Math.min(base, retryAtMost);
}

function socketUrl(given: string, server: string): string {
  const url = new URL(given, server);
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  return url.href;
}
