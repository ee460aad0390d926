import type { CallState, ChatEntry, Moderation } from '../../call';
import type { Meeting, Participant, Permissions, Publication } from '../../protocol/messages';

const names = [
  'Mara Lindqvist',
  'Tomás Ferreira',
  'Aiko Tanaka',
  'Yusuf Demir',
  'Ana Kovač',
  'Priya Raghavan',
  'Samuel Okafor',
  'Léa Fontaine',
  'Noah Weiss',
  'Ingrid Solberg',
  'أمل حداد',
  'Beatriz Nogueira dos Santos e Albuquerque',
  'Wei Chen',
  'Olga Petrova',
  'Kwame Mensah',
  'Sofia Rossi',
];

const lines: [who: number, text: string, more?: Partial<ChatEntry>][] = [
  [1, 'My camera is at the repair shop, so only my voice today.'],
  [
    5,
    'Retention is up for the third week. Numbers: https://plenum.example/r/w47',
    {
      reactions: [
        { emoji: '🎉', by: ['p0', 'p1', 'p2', 'p3', 'p6', 'p7'] },
        { emoji: '👏', by: ['p0', 'p4', 'p6', 'p8'] },
      ],
    },
  ],
  [8, 'Which query is that from?\n```\nweekly_active > 3 sessions\n```'],
  [5, 'That one, yes. I’ll **add it** to the notes.', { replyTo: 3 }],
  [
    7,
    'Can we keep ten minutes for the beta list?',
    { reactions: [{ emoji: '👍', by: ['p4', 'p1', 'p2'] }] },
  ],
  [10, 'شكرًا، سأرسل القائمة بعد الاجتماع.'],
  [0, 'Shall we swap our items?', { to: 'p4', toName: 'Ana Kovač' }],
  [11, `A word without any break: ${'plenum'.repeat(20)} and then some.`],
];

export const everything: Permissions = {
  unmute: true,
  camera: true,
  share: true,
  chat: true,
  privateChat: true,
  reactions: true,
  rename: true,
};

export const weekly: Meeting = {
  code: 'h3k7m-2p9qx',
  title: 'Weekly product review',
  locked: false,
  lobby: true,
  chatHistory: 'all',
  permissions: { ...everything, share: false, privateChat: false },
  spotlight: [],
  startedAt: '2026-11-23T10:00:00Z',
};

export const waiting = [
  { id: 'w1', name: 'Daniel Brandt', guest: true },
  { id: 'w2', name: 'Beatriz Nogueira', guest: false },
  { id: 'w3', name: 'Kenji Mori', guest: true },
];

export function person(i: number, sharing: boolean, params: URLSearchParams): Participant {
  const name = names[i % names.length] ?? '';
  const publications: Publication[] = [
    { number: 4 * i + 1, source: 'camera', muted: i % 7 === 6 },
    { number: 4 * i + 2, source: 'microphone', muted: ![0, 1, 5, 8].includes(i % 9) },
  ];
  if (sharing) publications.push({ number: 4 * i + 3, source: 'screen', muted: false });
  if (sharing && i === 0) {
    publications.push({ number: 4 * i + 4, source: 'screen-audio', muted: false });
  }
  const host = i === 4 && params.has('host');
  return {
    id: `p${i}`,
    name: i < names.length ? name : `${name} ${Math.floor(i / names.length) + 1}`,
    role: host ? 'HOST' : i === 0 ? (params.has('host') ? 'COHOST' : 'HOST') : 'PARTICIPANT',
    guest: i === 10 || i === 12,
    joinedAt: '2026-11-23T10:00:00Z',
    publications,
    ...(i === 3 && params.has('lost') && { reconnecting: true }),
  };
}

export function written(): ChatEntry[] {
  return lines.map(([who, text, more], i) => ({ ...message(i, who, text), ...more }));
}

export function message(i: number, who: number, text: string): ChatEntry {
  return {
    clientId: `c${i}`,
    number: i + 1,
    sender: `p${who}`,
    name: names[who] ?? '',
    text,
    sentAt: new Date(2026, 10, 23, 10, 5 + 3 * i).toISOString(),
    own: who === 4,
    status: 'stored',
  };
}

/** What a room would make of it. */
export function moderated(state: CallState, { type, data }: Moderation): Partial<CallState> {
  const meeting = state.meeting ?? weekly;
  const gone = (ids: readonly string[] | undefined, all: boolean | undefined) =>
    all ? [] : state.waiting.filter(({ id }) => !ids?.includes(id));
  const without = (id: string) => state.participants.filter((each) => each.id !== id);
  switch (type) {
    case 'moderation:mute':
      return { participants: silenced(state, data.participant, 'microphone') };
    case 'moderation:stop-video':
      return { participants: silenced(state, data.participant, 'camera') };
    case 'moderation:stop-share':
      return { participants: silenced(state, data.participant, 'screen') };
    case 'moderation:remove':
    case 'moderation:send-to-lobby':
      return { participants: without(data.participant) };
    case 'moderation:admit':
    case 'moderation:deny':
      return { waiting: gone(data.participants, data.all) };
    case 'moderation:message-waiting':
      return { waitingMessage: data.text };
    case 'moderation:lock':
      return { meeting: { ...meeting, locked: data.locked } };
    case 'moderation:settings':
      return { meeting: { ...meeting, ...data } };
    case 'moderation:role':
      return {
        participants: state.participants.map((each) =>
          each.id === data.participant ? { ...each, role: data.role } : each,
        ),
      };
    case 'moderation:permissions': {
      const { participant, permissions, reset } = data;
      if (!participant) {
        return { meeting: { ...meeting, permissions: { ...meeting.permissions, ...permissions } } };
      }
      const before = reset ? {} : state.overrides[participant];
      return {
        overrides: { ...state.overrides, [participant]: { ...before, ...permissions } },
      };
    }
    case 'moderation:lower-hands':
      return { hands: data.participant ? state.hands.filter((id) => id !== data.participant) : [] };
    case 'moderation:call-on': {
      const next = data.participant ?? state.hands[0];
      return { calledOn: next, hands: state.hands.filter((id) => id !== next) };
    }
    case 'moderation:spotlight':
      return { meeting: { ...meeting, spotlight: data.participants } };
    default:
      return {};
  }
}

function silenced(
  state: CallState,
  participant: string | undefined,
  source: Publication['source'],
): Participant[] {
  return state.participants.map((each) =>
    participant === undefined || each.id === participant
      ? {
          ...each,
          publications: each.publications.map((one) =>
            one.source === source ? { ...one, muted: true } : one,
          ),
        }
      : each,
  );
}
