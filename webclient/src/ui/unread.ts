import type { ChatEntry } from '../call';

/** Where "3 new messages" goes: before the first of the last `unread` messages of others. */
export function firstUnread(chat: readonly ChatEntry[], unread: number): string | null {
  let left = unread;
  for (let i = chat.length - 1; i >= 0 && left > 0; i--) {
    const entry = chat[i];
    if (entry === undefined || entry.own) continue;
    left--;
    if (left === 0) return keyOf(entry);
  }
  return null;
}

/** The same message keeps it when the room gives it its number. */
export function keyOf(entry: ChatEntry): string {
  return `${entry.sender}/${entry.clientId}`;
}
