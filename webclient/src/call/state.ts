import type {
  ChatReaction,
  Emoji,
  Meeting,
  MeetingWaiting,
  ModerationNotice,
  Override,
  Participant,
  Permissions,
  QualityChanged,
  WaitingPerson,
} from '../protocol/messages';
import type { Saving } from './preferences';

/** Where the call is; `waiting` is in the lobby, `failed` and `ended` are final until the next join. */
export type CallPhase =
  'idle' | 'connecting' | 'waiting' | 'joined' | 'reconnecting' | 'ended' | 'failed';

export type DeviceProblem = 'denied' | 'missing' | 'in-use' | 'insecure' | 'failed';

/** A microphone or camera of our own. */
export interface DeviceState {
  on: boolean;
  /** A change is under way. */
  busy: boolean;
  problem?: DeviceProblem;
}

/** `text` keeps letters sharp, `motion` keeps movement smooth. */
export type SharePreset = 'text' | 'motion';

export interface ScreenState {
  on: boolean;
  busy: boolean;
  hasAudio: boolean;
  /** What the person chose to show, where the browser says so. */
  surface: 'browser' | 'window' | 'monitor';
  preset: SharePreset;
}

/** `sent` is known to the room, `stored` is committed; `sending` and `failed` are our own only. */
export type ChatStatus = 'sending' | 'failed' | 'sent' | 'stored';

export interface ChatEntry {
  clientId: string;
  /** The room's number; 0 until the room has given one. */
  number: number;
  /** Participant id of the author. */
  sender: string;
  name: string;
  text: string;
  /** ISO 8601; our own clock while the status is `sending` or `failed`. */
  sentAt: string;
  own: boolean;
  status: ChatStatus;
  /** Recipient of a private message, and their name then. */
  to?: string | undefined;
  toName?: string | undefined;
  /** Number of the message that this one answers. */
  replyTo?: number | undefined;
  editedAt?: string | undefined;
  deleted?: boolean | undefined;
  reactions?: ChatReaction[] | undefined;
}

/** Somebody who is writing. */
export interface Typing {
  participant: string;
  private: boolean;
  /** Milliseconds since the epoch. */
  until: number;
}

/** Reactions that came together; from nobody in particular when there were too many. */
export interface Burst {
  /** Rises by one with each. */
  id: number;
  emoji: Emoji;
  participant?: string;
  count: number;
}

/** What was last done to us, or is asked of us. */
export interface Notice extends ModerationNotice {
  /** Rises by one with each. */
  id: number;
}

/** What whoever runs the server last told everybody. */
export interface Announcement {
  text: string;
  /** Rises by one with each. */
  id: number;
}

export interface CallError {
  code: string;
  message: string;
}

export interface CallState {
  phase: CallPhase;
  error?: CallError;
  /** Participant who ended the meeting for all; empty if the server did. */
  endedBy?: string;
  leftByChoice?: boolean;
  /** Our own participant id. */
  self?: string;
  meeting?: Meeting;
  /** In the order in which they joined. */
  participants: Participant[];
  /** Raised hands, first raised first. */
  hands: string[];
  /** Who has the word, if anybody was called on. */
  calledOn?: string | undefined;
  /** Our own. */
  permissions: Permissions;
  /** What differs from the default, by participant; hosts alone know. */
  overrides: Record<string, Override>;
  /** Those in the lobby, the longest first; hosts alone know. */
  waiting: WaitingPerson[];
  waitingMessage: string;
  /** We wait ourselves, in the phase `waiting`. */
  lobby?: MeetingWaiting | undefined;
  notice?: Notice | undefined;
  announcement?: Announcement | undefined;
  /** The last reactions, oldest first. */
  bursts: Burst[];
  typing: Typing[];
  /** The active speaker and those before, latest first. */
  speakers: string[];
  /** Those heard at this moment. */
  speaking: string[];
  /** Oldest first. */
  chat: ChatEntry[];
  /** There are older messages at the server. */
  chatMore: boolean;
  unread: number;
  microphone: DeviceState;
  camera: DeviceState;
  screen: ScreenState;
  saving: Saving;
  /** What the server last said of both directions; nothing yet at the beginning. */
  quality?: QualityChanged | undefined;
  connection: {
    up: RTCPeerConnectionState | 'none';
    down: RTCPeerConnectionState | 'none';
  };
}

/** What the page wants to show in one tile. */
export interface TileWish {
  participant: string;
  source: 'camera' | 'screen';
  /** Device pixels. */
  height: number;
  /** 0 (first to give way) to 255. */
  priority?: number;
}

/** One slot of the downstream connection, as the browser counts it. */
export interface SlotStats {
  mid: string;
  kind: 'audio' | 'video' | 'screen' | 'screen-audio';
  /** Whose publication the slot is assigned to; empty if none. */
  participant: string;
  source: string;
  /** Number of the assigned publication, 0 if none. */
  number: number;
  /** Number of the publication that the newest packet came from (CSRC), 0 if none. */
  heard: number;
  packetsReceived: number;
  bytesReceived: number;
  packetsLost: number;
  framesDecoded: number;
  keyFramesDecoded: number;
  framesDropped: number;
  frameWidth: number;
  frameHeight: number;
  freezeCount: number;
  /** Seconds. */
  totalFreezesDuration: number;
  pliCount: number;
  nackCount: number;
  /** 0 to 1. */
  audioLevel: number;
  totalAudioEnergy: number;
  concealedSamples: number;
  framesPerSecond: number;
  /** Seconds, summed over what came out: divided by the count it is the mean delay. */
  jitterBufferDelay: number;
  jitterBufferEmittedCount: number;
  /** Such as "VP8"; empty if nothing was received. */
  codec: string;
}

/** One encoding of the upstream connection. */
export interface SendStats {
  mid: string;
  source: string;
  rid: string;
  active: boolean;
  packetsSent: number;
  bytesSent: number;
  framesEncoded: number;
  keyFramesEncoded: number;
  frameWidth: number;
  frameHeight: number;
  framesPerSecond: number;
  codec: string;
  /** Such as "L3T3_KEY"; empty where the browser does not say. */
  scalabilityMode: string;
  /** What keeps the encoder from more. */
  limitedBy: 'none' | 'cpu' | 'bandwidth' | 'other';
}

/** How packets travel between the server and us. */
export interface Path {
  protocol: string;
  relayed: boolean;
}

export interface CallStats {
  /** Milliseconds since the epoch. */
  at: number;
  /** Offers sent since the call began. */
  offers: { up: number; down: number };
  /** Seconds, of the downstream connection's candidate pair. */
  roundTripTime?: number;
  path?: Path;
  up: SendStats[];
  down: SlotStats[];
}

const all: Permissions = {
  unmute: true,
  camera: true,
  share: true,
  chat: true,
  privateChat: true,
  reactions: true,
  rename: true,
};

/** The state of an engine that has not joined. */
export function idleState(): CallState {
  return {
    phase: 'idle',
    participants: [],
    hands: [],
    permissions: all,
    overrides: {},
    waiting: [],
    waitingMessage: '',
    bursts: [],
    typing: [],
    speakers: [],
    speaking: [],
    chat: [],
    chatMore: false,
    unread: 0,
    microphone: { on: false, busy: false },
    camera: { on: false, busy: false },
    screen: { on: false, busy: false, hasAudio: false, surface: 'monitor', preset: 'text' },
    saving: 'auto',
    connection: { up: 'none', down: 'none' },
  };
}
