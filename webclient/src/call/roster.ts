import type { Participant, Source } from '../protocol/messages';

/** Puts a participant in at the end, or in the place they have. */
export function put(participants: Participant[], one: Participant): Participant[] {
  return participants.some(({ id }) => id === one.id)
    ? participants.map((each) => (each.id === one.id ? one : each))
    : [...participants, one];
}

/** News of somebody who has left by now changes nothing. */
export function update(participants: Participant[], one: Participant): Participant[] {
  return participants.map((each) => (each.id === one.id ? one : each));
}

export function remove(participants: Participant[], id: string): Participant[] {
  return participants.filter((each) => each.id !== id);
}

/** Those we know keep their places, so that nothing jumps when we come back. */
export function replace(participants: Participant[], next: Participant[]): Participant[] {
  const byId = new Map(next.map((each) => [each.id, each]));
  const stayed = participants.flatMap(({ id }) => byId.get(id) ?? []);
  const known = new Set(stayed.map(({ id }) => id));
  return [...stayed, ...next.filter(({ id }) => !known.has(id))];
}

/** Whether the room has muted what somebody publishes as this source. */
export function isMuted(participants: Participant[], id: string, source: Source): boolean {
  const publications = participants.find((each) => each.id === id)?.publications ?? [];
  return publications.some((each) => each.source === source && each.muted);
}
