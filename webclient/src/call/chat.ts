import type { ChatMessage } from '../protocol/messages';
import type { ChatEntry } from './state';

/** Whom a message is for, and what it answers. */
export interface Address {
  to?: string | undefined;
  toName?: string | undefined;
  replyTo?: number | undefined;
}

// They set the direction of all that follows, the lines of others too: the server refuses them, and who pastes them did not see them.
const turns = /[\u202a-\u202e\u2066-\u2069]/g;

/** Text as the room takes it. */
export function acceptable(text: string): string {
  return text.replace(turns, '');
}

/** An entry of our own that the room does not know yet. */
export function draft(
  clientId: string,
  self: string,
  name: string,
  text: string,
  now: number,
  address: Address = {},
): ChatEntry {
  const sentAt = new Date(now).toISOString();
  return {
    clientId,
    number: 0,
    sender: self,
    name,
    text,
    sentAt,
    own: true,
    status: 'sending',
    ...address,
  };
}

/** Puts what the room says into the list, once each, in the room's order; drafts stay at the end. */
export function merge(
  entries: ChatEntry[],
  messages: ChatMessage[],
  self: string | undefined,
): ChatEntry[] {
  const known = entries.filter(({ number }) => number > 0);
  const drafts = entries.filter(({ number }) => number === 0);
  const byNumber = new Map(known.map((entry) => [entry.number, entry]));
  const arrived = new Set<string>();
  for (const message of messages) {
    const entry = entryOf(message, self);
    const stored = byNumber.get(message.number)?.status === 'stored';
    byNumber.set(message.number, stored ? { ...entry, status: 'stored' } : entry);
    if (entry.own) arrived.add(message.clientId);
  }
  const numbered = [...byNumber.values()].sort((a, b) => a.number - b.number);
  return [...numbered, ...drafts.filter(({ clientId }) => !arrived.has(clientId))];
}

/**
 * What is left of the list after coming back with the newest page: if the page does not reach back to what we know,
 * messages may be missing in between; then the older ones go, and can be loaded again.
 */
export function rejoin(
  entries: ChatEntry[],
  page: ChatMessage[],
  more: boolean,
  self: string | undefined,
): ChatEntry[] {
  const newest = Math.max(0, ...entries.map(({ number }) => number));
  // Private messages of others leave gaps in the numbers, so that only a known one proves that nothing is missing.
  const gap = more && newest > 0 && !page.some(({ number }) => number <= newest);
  return merge(gap ? entries.filter(({ number }) => number === 0) : entries, page, self);
}

/** How many messages of others are newer than the list was before. */
export function news(before: ChatEntry[], merged: ChatEntry[]): number {
  const newest = Math.max(0, ...before.map(({ number }) => number));
  return merged.filter(({ own, number }) => !own && number > newest).length;
}

export function setStored(entries: ChatEntry[], number: number, stored: boolean): ChatEntry[] {
  return entries.map((entry) =>
    entry.number === number ? { ...entry, status: stored ? 'stored' : 'sent' } : entry,
  );
}

/** A line that was edited, deleted or reacted to; one that is not there is no news. */
export function change(
  entries: ChatEntry[],
  message: ChatMessage,
  self: string | undefined,
): ChatEntry[] {
  return entries.map((entry) => (entry.number === message.number ? entryOf(message, self) : entry));
}

export function setDraft(
  entries: ChatEntry[],
  clientId: string,
  status: 'sending' | 'failed',
): ChatEntry[] {
  return entries.map((entry) =>
    entry.own && entry.clientId === clientId && entry.number === 0 ? { ...entry, status } : entry,
  );
}

/** Our own messages that the server has not said to be stored. */
export function unstored(entries: ChatEntry[]): ChatEntry[] {
  return entries.filter(({ own, status }) => own && (status === 'sending' || status === 'sent'));
}

function entryOf(message: ChatMessage, self: string | undefined): ChatEntry {
  const { stored, ...rest } = message;
  return { ...rest, own: message.sender === self, status: stored ? 'stored' : 'sent' };
}
