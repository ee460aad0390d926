/** How many pages of `size` it takes; an empty meeting has one. */
export function pageCount(count: number, size: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, size)));
}

/** The tiles of page `index` (from 0). A page beyond the end is the last one. */
export function page<T>(order: readonly T[], index: number, size: number): T[] {
  const each = Math.max(1, size);
  const at = Math.min(Math.max(0, index), pageCount(order.length, each) - 1);
  return order.slice(at * each, (at + 1) * each);
}

/** Gives a speaker of another page the last seat of this one; nobody else moves. */
export function seat<T>(shown: readonly T[], speaker: T | undefined): T[] {
  if (speaker === undefined || shown.length === 0 || shown.includes(speaker)) return [...shown];
  return [...shown.slice(0, -1), speaker];
}
