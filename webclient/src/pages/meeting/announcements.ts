import type { CallState } from '../../call';
import type { Emoji } from '../../protocol/messages';

/** `few` is what concerns oneself, `all` is everything that happens. */
export type Verbosity = 'few' | 'some' | 'all';

export const verbosities: readonly Verbosity[] = ['few', 'some', 'all'];

/** Something worth saying. */
export type Announcement =
  | {
      kind: 'joined' | 'left' | 'away' | 'back' | 'handUp' | 'shares' | 'sharesNoMore';
      name: string;
    }
  | { kind: 'joinedMany' | 'leftMany' | 'reactions'; count: number }
  | { kind: 'ownHand'; place: number }
  | { kind: 'ownHandDown' | 'reconnecting' | 'connected' | 'locked' | 'unlocked' }
  | { kind: 'ownMicrophone' | 'ownCamera'; on: boolean }
  | { kind: 'chat'; name: string; text: string }
  | { kind: 'reaction'; name: string; emoji: Emoji };

// More names than that nobody listens to.
const most = 3;

/** What has happened between two states of a call, as much of it as somebody wants to hear. */
export function announcements(
  was: CallState,
  now: CallState,
  verbosity: Verbosity,
  chatOpen: boolean,
): Announcement[] {
  if (was === now) return [];
  const said: Announcement[] = [];
  const some = verbosity !== 'few';
  const all = verbosity === 'all';
  const steady = was.self === now.self && was.self !== undefined;
  const name = (id: string) => now.participants.find((each) => each.id === id)?.name ?? '';

  if (was.phase === 'joined' && now.phase === 'reconnecting') said.push({ kind: 'reconnecting' });
  if (was.phase === 'reconnecting' && now.phase === 'joined') said.push({ kind: 'connected' });
  if (!steady) return said;
  for (const [kind, source] of [
    ['ownMicrophone', 'microphone'],
    ['ownCamera', 'camera'],
  ] as const) {
    if (was[source].on !== now[source].on) said.push({ kind, on: now[source].on });
  }
  said.push(...hands(was, now, some, name));
  if (was.meeting && now.meeting && was.meeting.locked !== now.meeting.locked) {
    said.push({ kind: now.meeting.locked ? 'locked' : 'unlocked' });
  }
  if (some) said.push(...people(was, now, all));
  if (some) said.push(...messages(was, now, chatOpen));
  if (all) said.push(...reactions(was, now, name));
  return said;
}

function hands(
  was: CallState,
  now: CallState,
  others: boolean,
  name: (id: string) => string,
): Announcement[] {
  if (was.hands === now.hands) return [];
  const self = now.self ?? '';
  const said: Announcement[] = [];
  const place = now.hands.indexOf(self) + 1;
  const before = was.hands.indexOf(self) + 1;
  if (place > 0 && place !== before) said.push({ kind: 'ownHand', place });
  if (place === 0 && before > 0) said.push({ kind: 'ownHandDown' });
  if (!others) return said;
  const raised = now.hands.filter((id) => id !== self && !was.hands.includes(id));
  return [
    ...said,
    ...raised.slice(0, most).map((id) => ({ kind: 'handUp' as const, name: name(id) })),
  ];
}

function people(was: CallState, now: CallState, all: boolean): Announcement[] {
  if (was.participants === now.participants) return [];
  const before = new Map(was.participants.map((each) => [each.id, each]));
  const after = new Map(now.participants.map((each) => [each.id, each]));
  const joined = now.participants.filter(({ id }) => !before.has(id));
  const left = was.participants.filter(({ id }) => !after.has(id));
  const said: Announcement[] = [
    ...several(joined, 'joined', 'joinedMany'),
    ...several(left, 'left', 'leftMany'),
  ];
  for (const each of now.participants) {
    const earlier = before.get(each.id);
    if (earlier === undefined || each.id === now.self) continue;
    const shares = (who: typeof each) =>
      who.publications.some(({ source, muted }) => source === 'screen' && !muted);
    if (shares(each) !== shares(earlier)) {
      said.push({ kind: shares(each) ? 'shares' : 'sharesNoMore', name: each.name });
    }
    const away = each.reconnecting ?? false;
    if (all && away !== (earlier.reconnecting ?? false)) {
      said.push({ kind: away ? 'away' : 'back', name: each.name });
    }
  }
  return said;
}

function several(
  who: readonly { name: string }[],
  one: 'joined' | 'left',
  many: 'joinedMany' | 'leftMany',
): Announcement[] {
  if (who.length > most) return [{ kind: many, count: who.length }];
  return who.map(({ name }) => ({ kind: one, name }));
}

function messages(was: CallState, now: CallState, chatOpen: boolean): Announcement[] {
  // An open chat is a log, which says by itself what is new.
  if (chatOpen || was.chat === now.chat) return [];
  const newest = Math.max(0, ...was.chat.map(({ number }) => number));
  return now.chat
    .filter(({ number, own }) => !own && number > newest)
    .slice(-most)
    .map(({ name, text }) => ({ kind: 'chat', name, text }));
}

function reactions(was: CallState, now: CallState, name: (id: string) => string): Announcement[] {
  const last = was.bursts.at(-1)?.id ?? 0;
  const fresh = now.bursts.filter(({ id }) => id > last);
  const count = fresh.reduce((sum, each) => sum + each.count, 0);
  if (count > most) return [{ kind: 'reactions', count }];
  return fresh.map(({ participant, emoji }) => ({
    kind: 'reaction',
    name: participant ? name(participant) : '',
    emoji,
  }));
}
