import * as chat from './chat';
import type { CallDeps } from './deps';
import type { Session } from './session';
import { RequestError } from './socket';
import type { DataOf } from './socket';
import type { CallState, ChatEntry } from './state';

/** The room answers a message, and a change of one, only when it is stored. */
const storedWithin = 30_000;
const olderPage = 50;
const typingEvery = 3_000;

export interface WritingEvents {
  state(): CallState;
  update(change: Partial<CallState>): void;
  session(): Session | undefined;
  /** Resolves when we are in the room, or when the call is over. */
  back(): Promise<void>;
}

export type Change = 'chat:edit' | 'chat:delete' | 'chat:react';

/** What we write in the chat, until the room has stored it, and what was written before we came. */
export class Writing {
  private readonly deps: Pick<CallDeps, 'id' | 'timers'>;
  private readonly events: WritingEvents;
  private typedAt = 0;
  private typedTo: string | undefined;

  constructor(deps: Pick<CallDeps, 'id' | 'timers'>, events: WritingEvents) {
    this.deps = deps;
    this.events = events;
  }

  send(written: string, address: Omit<chat.Address, 'toName'> = {}): void {
    const text = chat.acceptable(written);
    const { self, participants, chat: before } = this.events.state();
    if (self === undefined || text.trim() === '') return;
    const named = (id: string) => participants.find((each) => each.id === id)?.name ?? '';
    const { to } = address;
    const full = to === undefined ? address : { ...address, toName: named(to) };
    const now = this.deps.timers.now();
    const entry = chat.draft(this.deps.id(), self, named(self), text, now, full);
    this.events.update({ chat: [...before, entry] });
    void this.deliver(entry);
  }

  retry(clientId: string): void {
    const { chat: before } = this.events.state();
    const entry = before.find((each) => each.own && each.clientId === clientId);
    if (entry?.status !== 'failed') return;
    this.events.update({ chat: chat.setDraft(before, clientId, 'sending') });
    void this.deliver(entry);
  }

  /** What the room does not know that it has stored, once more under the same ids. */
  resend(): void {
    for (const entry of chat.unstored(this.events.state().chat)) void this.deliver(entry);
  }

  /**
   * Changes a line of the room's. Whether it is stored is not known when the link breaks: coming back asks again, since a second
   * time changes nothing. Rejects with a RequestError if the server refuses.
   */
  async change<T extends Change>(type: T, data: DataOf<T>): Promise<void> {
    for (let asked = false; ; asked = true) {
      const session = this.events.session();
      if (!session) throw new RequestError('closed', 'not in the room');
      try {
        await session.request(type, data, storedWithin);
        return;
      } catch (error) {
        const lost = error instanceof RequestError && error.code === 'closed';
        // The first time it had been done, and by now the server would not have it.
        if (!lost && asked && this.shows(type, data)) return;
        if (!lost) throw error;
      }
      await this.events.back();
    }
  }

  /** Rejects with a RequestError if the server cannot be asked. */
  async loadOlder(): Promise<void> {
    const state = this.events.state();
    const oldest = state.chat.find(({ number }) => number > 0);
    const session = this.events.session();
    if (oldest === undefined || !state.chatMore || !session) return;
    const before = oldest.number;
    const reply = await session.request('chat:history', { before, limit: olderPage });
    if (reply.type !== 'chat:history') return;
    const now = this.events.state();
    const merged = chat.merge(now.chat, reply.data.messages, now.self);
    this.events.update({ chat: merged, chatMore: reply.data.more });
  }

  /** Others are told once in a while that we write, for as long as we do. */
  typing(to: string | undefined): void {
    const now = this.deps.timers.now();
    if (now - this.typedAt < typingEvery && to === this.typedTo) return;
    this.typedAt = now;
    this.typedTo = to;
    this.events.session()?.send('chat:typing', to === undefined ? {} : { to });
  }

  private shows<T extends Change>(type: T, data: DataOf<T>): boolean {
    const { chat: lines, self = '' } = this.events.state();
    const line = lines.find(({ number }) => number === data.number);
    if (!line) return false;
    if (type === 'chat:delete') return line.deleted === true;
    if ('text' in data) return !line.deleted && line.text === data.text;
    if (!('emoji' in data)) return false;
    const by = line.reactions?.find(({ emoji }) => emoji === data.emoji)?.by ?? [];
    return by.includes(self) === data.on;
  }

  private async deliver({ clientId, text, to, replyTo }: ChatEntry): Promise<void> {
    try {
      const message = {
        clientId,
        text,
        ...(to !== undefined && { to }),
        ...(replyTo !== undefined && { replyTo }),
      };
      await this.events.session()?.request('chat:message', message, storedWithin);
      const lines = this.events.state().chat;
      const number = lines.find((each) => each.own && each.clientId === clientId)?.number;
      if (number) this.events.update({ chat: chat.setStored(lines, number, true) });
    } catch (error) {
      // Without a connection it waits: coming back sends it again under the same id.
      if (error instanceof RequestError && error.code === 'closed') return;
      this.events.update({ chat: chat.setDraft(this.events.state().chat, clientId, 'failed') });
    }
  }
}
