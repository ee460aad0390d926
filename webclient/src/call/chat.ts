import type { ChatMessage } from '../protocol/messages';
import type { ChatEntry } from './state';

/** An entry of our own that the room does not know yet. */
export function draft(
  clientId: string,
  self: string,
  name: string,
  text: string,
  now: number,
): ChatEntry {
  const sentAt = new Date(now).toISOString();
  return { clientId, number: 0, sender: self, name, text, sentAt, own: true, status: 'sending' };
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
 * What is left of the list after coming back with the newest page: if messages are missing in between,
 * the older ones go, and can be loaded again.
 */
export function rejoin(
  entries: ChatEntry[],
  page: ChatMessage[],
  self: string | undefined,
): ChatEntry[] {
  const newest = Math.max(0, ...entries.map(({ number }) => number));
  const oldestOfPage = page[0]?.number ?? 0;
  const gap = oldestOfPage > newest + 1;
  return merge(gap ? entries.filter(({ number }) => number === 0) : entries, page, self);
}

/** How many messages of others are newer than the list was before. */
export function news(before: ChatEntry[], merged: ChatEntry[]): number {
  const newest = Math.max(0, ...before.map(({ number }) => number));
  return merged.filter(({ own, number }) => !own && number > newest).length;
}

/** There are older messages: the room numbers from 1. */
export function hasOlder(entries: ChatEntry[]): boolean {
  const oldest = entries.find(({ number }) => number > 0);
  return oldest !== undefined && oldest.number > 1;
}

export function setStored(entries: ChatEntry[], number: number, stored: boolean): ChatEntry[] {
  return entries.map((entry) =>
    entry.number === number ? { ...entry, status: stored ? 'stored' : 'sent' } : entry,
  );
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
  const { clientId, number, sender, name, text, sentAt, stored } = message;
  const status = stored ? 'stored' : 'sent';
  return { clientId, number, sender, name, text, sentAt, own: sender === self, status };
}
