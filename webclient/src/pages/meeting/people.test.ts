import { describe, expect, it } from 'vitest';
import type { CallState } from '../../call';
import type { Participant, Publication } from '../../protocol/messages';
import { activeSpeaker, peopleOf, stripOrder, tilesOnPage } from './people';

function participant(id: string, publications: Publication[] = []): Participant {
  return { id, name: id, role: 'PARTICIPANT', guest: false, joinedAt: '', publications };
}

function state(change: Partial<CallState>): CallState {
  return {
    phase: 'joined',
    participants: ['ana', 'mara', 'tomas', 'yusuf'].map((id) => participant(id)),
    self: 'ana',
    hands: [],
    speakers: [],
    speaking: [],
    chat: [],
    chatMore: false,
    unread: 0,
    microphone: { on: false, busy: false },
    camera: { on: false, busy: false },
    screen: { on: false, busy: false, hasAudio: false },
    saving: { dataSaver: false, audioOnly: false },
    connection: { up: 'connected', down: 'connected' },
    ...change,
  };
}

describe('peopleOf', () => {
  it('tells sources apart, and a muted one is off', () => {
    const [mara] = peopleOf(
      state({
        participants: [
          participant('mara', [
            { number: 1, source: 'camera', muted: false },
            { number: 2, source: 'microphone', muted: true },
          ]),
        ],
      }),
    );
    expect(mara).toMatchObject({ camera: true, microphone: false, sharing: false });
  });

  it('shows one’s own switches at once', () => {
    const [ana] = peopleOf(state({ microphone: { on: true, busy: true } }));
    expect(ana).toMatchObject({ self: true, microphone: true, camera: false });
  });

  it('numbers the hands', () => {
    const hands = peopleOf(state({ hands: ['yusuf', 'mara'] })).map((each) => each.hand);
    expect(hands).toEqual([0, 2, 0, 1]);
  });

  it('gives the ring to one of those who speak', () => {
    const people = peopleOf(
      state({ speakers: ['yusuf', 'tomas', 'mara'], speaking: ['mara', 'tomas'] }),
    );
    expect(people.filter((each) => each.active).map((each) => each.id)).toEqual(['tomas']);
    expect(people.filter((each) => each.speaking)).toHaveLength(2);
  });
});

it('has no active speaker in silence', () => {
  expect(activeSpeaker({ speakers: ['mara'], speaking: [] })).toBeUndefined();
});

it('puts speaker, hands and oneself first beside a share', () => {
  const people = peopleOf(state({ hands: ['yusuf', 'mara'] }));
  expect(stripOrder(people, 'tomas').map((each) => each.id)).toEqual([
    'tomas',
    'yusuf',
    'mara',
    'ana',
  ]);
  expect(stripOrder(people, undefined)[0]?.id).toBe('yusuf');
});

describe('tilesOnPage', () => {
  it.each([
    ['auto', 3, 'wide', 9],
    ['auto', 12, 'wide', 25],
    ['auto', 12, 'middle', 16],
    ['auto', 12, 'phone', 6],
    ['25', 12, 'phone', 6],
    ['2', 4, 'wide', 2],
  ] as const)('%s with %i people in a %s frame', (choice, count, frame, want) => {
    expect(tilesOnPage(choice, count, frame)).toBe(want);
  });
});
