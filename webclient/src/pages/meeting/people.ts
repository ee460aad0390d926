import type { CallState } from '../../call';
import type { Frame } from '../../state/viewport';
import type { Participant, ParticipantKind, Role, Source } from '../../protocol/messages';
import { levelOf } from './quality';

/** One participant as tiles and lists draw them. */
export interface Person {
  id: string;
  name: string;
  self: boolean;
  role: Role;
  guest: boolean;
  /** Left out for a person. */
  kind?: ParticipantKind;
  microphone: boolean;
  camera: boolean;
  sharing: boolean;
  /** The shared screen comes with its sound. */
  shareSound: boolean;
  /** Place in the queue of hands from 1; 0 is no hand. */
  hand: number;
  /** Heard at this moment. */
  speaking: boolean;
  /** The one whose tile has the ring; never two. */
  active: boolean;
  /** Was called on, and has the word. */
  floor: boolean;
  /** Their connection is lost and may come back. */
  away: boolean;
  /** Their way up is not good. */
  weak: boolean;
}

export function isHost(role: Role | undefined): boolean {
  return role === 'HOST' || role === 'COHOST';
}

export function peopleOf(state: CallState): Person[] {
  const active = activeSpeaker(state);
  const hands = new Map(state.hands.map((id, i) => [id, i + 1]));
  const speaking = new Set(state.speaking);
  return state.participants.map((each) => {
    const self = each.id === state.self;
    return {
      id: each.id,
      name: each.name,
      self,
      role: each.role,
      guest: each.guest,
      ...(each.kind && { kind: each.kind }),
      // One's own switches show what was pressed, not what the room has heard of.
      microphone: self ? state.microphone.on : live(each, 'microphone'),
      camera: self ? state.camera.on : live(each, 'camera'),
      sharing: self ? state.screen.on : live(each, 'screen'),
      shareSound: self ? state.screen.hasAudio : live(each, 'screen-audio'),
      hand: hands.get(each.id) ?? 0,
      speaking: speaking.has(each.id),
      active: each.id === active,
      floor: each.id === state.calledOn,
      away: each.reconnecting ?? false,
      weak: levelOf((self ? state.quality?.up : state.quality?.others[each.id]) ?? 100) !== 'good',
    };
  });
}

/** Those with a tile: a viewer has nothing to show, and oneself only if one likes or is alone. */
export function onStage(people: Person[], withSelf: boolean): Person[] {
  const shown = people.filter(({ kind }) => kind !== 'viewer');
  return withSelf || shown.length === 1 ? shown : shown.filter(({ self }) => !self);
}

/** The dominant of those who are heard now. */
export function activeSpeaker(state: Pick<CallState, 'speakers' | 'speaking'>): string | undefined {
  return state.speakers.find((id) => state.speaking.includes(id)) ?? state.speaking[0];
}

export type TilesChoice = 'auto' | '2' | '4' | '9' | '16' | '25' | '49';

export const tilesChoices: readonly TilesChoice[] = ['auto', '2', '4', '9', '16', '25', '49'];

/** How many tiles a page has. `auto` takes the most that stay large enough to see a face; 49 has to be asked for. */
export function tilesOnPage(choice: TilesChoice, count: number, frame: Frame): number {
  if (frame === 'phone') return 6;
  if (choice !== 'auto') return Number(choice);
  if (count <= 9) return 9;
  return frame === 'wide' ? 25 : 16;
}

function live(participant: Participant, source: Source): boolean {
  return participant.publications.some((each) => each.source === source && !each.muted);
}
