/** The part of a list of equal rows that is in view. */
export interface Window {
  from: number;
  /** Exclusive. */
  to: number;
}

// So many more on each side, so that a quick scroll shows no hole.
const more = 6;

/**
 * Of `count` rows that are `row` high and begin `top` pixels below the upper edge of the view (negative when they are
 * scrolled away), those that a view of height `room` shows.
 */
export function inView(count: number, row: number, top: number, room: number): Window {
  const from = Math.floor(-top / row) - more;
  const to = Math.ceil((room - top) / row) + more;
  const clamp = (at: number) => Math.min(count, Math.max(0, at));
  return { from: clamp(from), to: Math.max(clamp(from), clamp(to)) };
}
