import { describe, expect, it } from 'vitest';
import { idleState } from '../../call';
import type { CallState } from '../../call';
import type { Participant, Publication } from '../../protocol/messages';
import { activeSpeaker, onStage, peopleOf, tilesOnPage } from './people';

function participant(id: string, publications: Publication[] = []): Participant {
  return { id, name: id, role: 'PARTICIPANT', guest: false, joinedAt: '', publications };
}

function state(change: Partial<CallState>): CallState {
  return {
    ...idleState(),
    phase: 'joined',
    participants: ['ana', 'mara', 'tomas', 'yusuf'].map((id) => participant(id)),
    self: 'ana',
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

describe('onStage', () => {
  const people = peopleOf(
    state({
      participants: [
        participant('ana'),
        { ...participant('stage'), kind: 'stream' },
        { ...participant('hall'), kind: 'viewer' },
      ],
    }),
  );

  it('has no tile for who only views', () => {
    expect(onStage(people, true).map(({ id }) => id)).toEqual(['ana', 'stage']);
    expect(onStage(people, false).map(({ id }) => id)).toEqual(['stage']);
  });

  it('shows oneself when there is nobody else to see', () => {
    const alone = people.filter(({ id }) => id !== 'stage');
    expect(onStage(alone, false).map(({ id }) => id)).toEqual(['ana']);
  });
});

it('has no active speaker in silence', () => {
  expect(activeSpeaker({ speakers: ['mara'], speaking: [] })).toBeUndefined();
});

describe('tilesOnPage', () => {
  it.each([
    ['auto', 3, 'wide', 9],
    ['auto', 12, 'wide', 25],
    ['auto', 12, 'middle', 16],
    ['auto', 12, 'phone', 6],
    ['25', 12, 'phone', 6],
    ['49', 60, 'wide', 49],
  ] as const)('%s with %i people in a %s frame', (choice, count, frame, want) => {
    expect(tilesOnPage(choice, count, frame)).toBe(want);
  });
});
