import { describe, expect, it } from 'vitest';
import { idleState } from '../../call';
import type { CallState } from '../../call';
import type { Participant } from '../../protocol/messages';
import { announcements } from './announcements';

const someone = (id: string, change: Partial<Participant> = {}): Participant => ({
  id,
  name: id,
  role: 'PARTICIPANT',
  guest: false,
  joinedAt: '',
  publications: [],
  ...change,
});

const base: CallState = {
  ...idleState(),
  phase: 'joined',
  self: 'ana',
  participants: [someone('ana'), someone('mara')],
};

const sharing = someone('mara', { publications: [{ number: 3, source: 'screen', muted: false }] });
const line = {
  clientId: 'c',
  number: 1,
  sender: 'mara',
  name: 'mara',
  text: 'hello',
  sentAt: '',
  own: false,
  status: 'stored' as const,
};

const changes: [string, Partial<CallState>, string[], string[], string[]][] = [
  // What happened, what `few`, `some` and `all` say.
  [
    'somebody joins',
    { participants: [...base.participants, someone('tomas')] },
    [],
    ['joined'],
    ['joined'],
  ],
  ['somebody leaves', { participants: [someone('ana')] }, [], ['left'], ['left']],
  [
    'a crowd joins',
    { participants: [...base.participants, ...['a', 'b', 'c', 'd'].map((id) => someone(id))] },
    [],
    ['joinedMany'],
    ['joinedMany'],
  ],
  ['somebody shares', { participants: [someone('ana'), sharing] }, [], ['shares'], ['shares']],
  [
    'somebody is away',
    { participants: [someone('ana'), someone('mara', { reconnecting: true })] },
    [],
    [],
    ['away'],
  ],
  [
    'our hand goes up',
    { hands: ['mara', 'ana'] },
    ['ownHand'],
    ['ownHand', 'handUp'],
    ['ownHand', 'handUp'],
  ],
  [
    'we are muted',
    { microphone: { on: true, busy: false } },
    ['ownMicrophone'],
    ['ownMicrophone'],
    ['ownMicrophone'],
  ],
  [
    'the link breaks',
    { phase: 'reconnecting' },
    ['reconnecting'],
    ['reconnecting'],
    ['reconnecting'],
  ],
  ['somebody writes', { chat: [line] }, [], ['chat'], ['chat']],
  ['we write', { chat: [{ ...line, own: true }] }, [], [], []],
  [
    'somebody reacts',
    { bursts: [{ id: 1, emoji: '👍', participant: 'mara', count: 1 }] },
    [],
    [],
    ['reaction'],
  ],
  ['many react', { bursts: [{ id: 1, emoji: '👍', count: 40 }] }, [], [], ['reactions']],
];

describe('announcements', () => {
  it.each(changes)('%s', (_, change, few, some, all) => {
    const now = { ...base, ...change };
    const kinds = (verbosity: 'few' | 'some' | 'all') =>
      announcements(base, now, verbosity, false).map(({ kind }) => kind);
    expect({ few: kinds('few'), some: kinds('some'), all: kinds('all') }).toEqual({
      few,
      some,
      all,
    });
  });

  it('leave the chat to the open chat', () => {
    expect(announcements(base, { ...base, chat: [line] }, 'all', true)).toEqual([]);
  });

  it('are silent about who is there at the beginning', () => {
    expect(announcements({ ...idleState(), phase: 'connecting' }, base, 'all', false)).toEqual([]);
  });
});
