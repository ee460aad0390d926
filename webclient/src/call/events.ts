import type { MeetingJoined, ServerMessage } from '../protocol/messages';
import * as chat from './chat';
import * as roster from './roster';
import type { Burst, CallState } from './state';

// What a server says of somebody who writes is good for so long.
const typingFor = 5_000;
// A page that was asleep need not show what it missed.
const burstsKept = 60;

/** What an event of the room changes in what a page draws; undefined if it is about media, or news to nobody. */
export function after(
  state: CallState,
  message: ServerMessage,
  now: number,
): Partial<CallState> | undefined {
  switch (message.type) {
    case 'participant:joined':
      return { participants: roster.put(state.participants, message.data.participant) };
    case 'participant:updated':
      return { participants: roster.update(state.participants, message.data.participant) };
    case 'participant:left':
      return {
        participants: roster.remove(state.participants, message.data.id),
        typing: state.typing.filter(({ participant }) => participant !== message.data.id),
      };
    case 'meeting:updated':
      return { meeting: message.data.meeting };
    case 'hands:changed':
      return { hands: message.data.hands, calledOn: message.data.calledOn };
    case 'speakers:changed':
      return { speakers: message.data.speakers, speaking: message.data.speaking };
    case 'reactions:burst': {
      const last = state.bursts.at(-1)?.id ?? 0;
      const { reactions, counts = [] } = message.data;
      const all: Omit<Burst, 'id'>[] = [
        ...reactions.map((each) => ({ ...each, count: 1 })),
        ...counts,
      ];
      const next = all.map((each, i) => ({ ...each, id: last + 1 + i }));
      return { bursts: [...state.bursts, ...next].slice(-burstsKept) };
    }
    case 'quality:changed':
      return { quality: message.data };
    case 'permissions:changed':
      return { permissions: message.data.permissions };
    case 'permissions:overridden': {
      const { participant, override } = message.data;
      return { overrides: { ...state.overrides, [participant]: override } };
    }
    case 'lobby:changed':
      return { waiting: message.data.waiting, waitingMessage: message.data.message ?? '' };
    case 'moderation:notice':
      return { notice: { ...message.data, id: (state.notice?.id ?? 0) + 1 } };
    case 'meeting:announced':
      return {
        announcement: { text: message.data.text, id: (state.announcement?.id ?? 0) + 1 },
      };
    case 'chat:message': {
      const merged = chat.merge(state.chat, [message.data], state.self);
      const { sender } = message.data;
      return {
        chat: merged,
        unread: state.unread + chat.news(state.chat, merged),
        typing: state.typing.filter(({ participant }) => participant !== sender),
      };
    }
    case 'chat:updated': {
      const { number, stored, message: line } = message.data;
      if (line) return { chat: chat.change(state.chat, line, state.self) };
      return { chat: chat.setStored(state.chat, number, stored) };
    }
    case 'chat:typing': {
      const { participant, private: toUs = false } = message.data;
      const others = state.typing.filter((each) => each.participant !== participant);
      const entry = { participant, private: toUs, until: now + typingFor };
      return { typing: [...others, entry] };
    }
    default:
      return undefined;
  }
}

/** The state after a welcome: what the snapshot says, and of our own what it does not know. */
export function welcomed(
  state: CallState,
  snapshot: MeetingJoined,
  again: boolean,
): Partial<CallState> {
  const { self, moreChat } = snapshot;
  const merged = chat.rejoin(state.chat, snapshot.chat, moreChat, self);
  return {
    phase: 'joined',
    quality: undefined,
    lobby: undefined,
    self,
    meeting: snapshot.meeting,
    participants: roster.replace(state.participants, snapshot.participants),
    hands: snapshot.hands,
    calledOn: snapshot.calledOn,
    speakers: snapshot.speakers,
    permissions: snapshot.permissions ?? state.permissions,
    overrides: snapshot.overrides ?? {},
    waiting: snapshot.waiting ?? [],
    waitingMessage: snapshot.waitingMessage ?? '',
    typing: [],
    chat: merged,
    // Once older pages are loaded, only they know whether there are more.
    chatMore: merged.length > snapshot.chat.length ? state.chatMore : moreChat,
    unread: state.unread + (again ? chat.news(state.chat, merged) : 0),
  };
}
