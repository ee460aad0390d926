/** One person, as far as layouts care. */
export interface Seated {
  id: string;
  self: boolean;
  /** Place in the queue of hands from 1; 0 is no hand. */
  hand: number;
}

/** Beside what is large: speaker, hands, oneself, then the rest in the order in which they joined. */
export function stripOrder<T extends Seated>(
  people: readonly T[],
  speaker: string | undefined,
): T[] {
  const rank = (each: Seated) => {
    if (each.id === speaker) return 0;
    if (each.hand > 0) return 1;
    return each.self ? 2 : 3;
  };
  return [...people].sort((a, b) => rank(a) - rank(b) || (rank(a) === 1 ? a.hand - b.hand : 0));
}
