/** What the REST API answers with, in the words of its JSON. */

export interface User {
  id: string;
  email: string;
  name: string;
  createdAt: string;
}

export type Role = 'HOST' | 'COHOST' | 'PARTICIPANT';

/** When a meeting takes place. */
export interface NewSchedule {
  startsAt: string;
  minutes: number;
  /** IANA name; a recurring meeting keeps its hour there. */
  timeZone: string;
  /** RRULE of RFC 5545. */
  recurrence?: string;
}

export interface Schedule extends NewSchedule {
  /** When it begins next, or began if its time is not over; not there once it is. */
  nextAt?: string;
}

export const permissionNames = [
  'unmute',
  'camera',
  'share',
  'chat',
  'privateChat',
  'reactions',
  'rename',
] as const;

export type Permissions = Record<(typeof permissionNames)[number], boolean>;

export interface Settings {
  lobby: boolean;
  /** What those who come later see of the chat. */
  chatHistory: 'all' | 'joined' | 'none';
  permissions: Permissions;
}

/** What is left out stays. */
export interface SettingsChange {
  lobby?: boolean;
  chatHistory?: Settings['chatHistory'];
  permissions?: Partial<Permissions>;
}

/** Strangers to a meeting see code, title, hostName, live, guestsAllowed and lobby only. */
export interface Meeting {
  code: string;
  title: string;
  hostName: string;
  live: boolean;
  guestsAllowed: boolean;
  lobby: boolean;
  isHost?: boolean;
  createdAt?: string;
  endedAt?: string;
  participantCount?: number;
  /** There if the caller is invited. */
  status?: 'INVITED';
  schedule?: Schedule;
  settings?: Settings;
  lastHeldAt?: string;
}

export interface NewMeeting {
  title: string;
  /** The same for each try at one meeting: one whose answer got lost is not made twice. */
  requestId?: string;
  guestsAllowed?: boolean;
  schedule?: NewSchedule;
  settings?: SettingsChange;
}

export interface MeetingChange {
  title?: string;
  guestsAllowed?: boolean;
  schedule?: NewSchedule;
  /** Takes the schedule away. */
  unschedule?: boolean;
  settings?: SettingsChange;
}

export type MeetingView = 'all' | 'upcoming' | 'live' | 'past';

export interface JoinedParticipant {
  id: string;
  name: string;
  role: Role;
  guest: boolean;
}

export interface JoinAnswer {
  /** Signed right to open the socket, for one minute and one use. */
  grant: string;
  /** An absolute path or a whole ws URL. */
  socketUrl: string;
  iceServers: RTCIceServer[];
  participant: JoinedParticipant;
  meeting: Meeting;
  /** Who is in there now. */
  participants: JoinedParticipant[];
  /** Where the grant leads as things are now. */
  status: 'JOINED' | 'WAITING';
}

export interface Message {
  number: number;
  senderName: string;
  senderId?: string;
  text: string;
  sentAt: string;
  occurrence?: string;
  private?: boolean;
  recipientName?: string;
  replyTo?: number;
  editedAt?: string;
  deleted?: boolean;
}

export interface MeetingParticipant {
  id: string;
  name: string;
  role: Role;
  status: 'INVITED' | 'WAITING' | 'JOINED' | 'LEFT';
  guest: boolean;
  joinedAt?: string;
  leftAt?: string;
}

/** A place where somebody is signed in. */
export interface SignIn {
  id: string;
  /** The one that asks. */
  current: boolean;
  userAgent: string;
  address: string;
  startedAt: string;
  lastUsedAt: string;
}

export interface NewInvitation {
  role?: 'COHOST' | 'PARTICIPANT';
  skipLobby?: boolean;
  notBefore?: string;
  expiresAt?: string;
  maxUses?: number;
  /** An address that gets the link by mail. */
  sendTo?: string;
}

export interface Invitation {
  id: string;
  role: Role;
  skipLobby: boolean;
  notBefore?: string;
  expiresAt?: string;
  maxUses?: number;
  uses: number;
  createdAt: string;
  revokedAt?: string;
  /** Whether one can come in by it now. */
  good: boolean;
  /** For a stream, which has a name. */
  stream?: 'publish' | 'play';
  name?: string;
}

export interface NewStream {
  /** Sends into the meeting (WHIP), or plays it out (WHEP). */
  kind: 'publish' | 'play';
  name: string;
  skipLobby?: boolean;
  /** Within seven days; after twelve hours if left out. */
  expiresAt?: string;
}

/** The token is shown this once. */
export interface StreamAccess {
  invitation: Invitation;
  url: string;
  token: string;
}

export interface Invitee {
  id: string;
  name: string;
  email: string;
  invitedAt: string;
}

/** One time that a meeting took place. */
export interface Occurrence {
  id: string;
  startedAt: string;
  endedAt?: string;
  people: number;
  /** Of the chat, private ones left out. */
  messages: number;
}

export interface Attendee {
  id: string;
  name: string;
  role: Role;
  guest: boolean;
  joinedAt?: string;
  leftAt?: string;
  /** In the meeting all together. */
  seconds: number;
  /** One for each connection. */
  stays: { joinedAt: string; leftAt?: string }[];
  /** Scores from 0 to 100, which is good; not there where nothing was measured. */
  quality?: { up: number; down: number; frozenSeconds: number; freezes: number };
}

/** Two ways into a room of its own. */
export interface ConnectionTest {
  /** The grant to publish with. */
  send: string;
  /** The grant to receive with. */
  receive: string;
  /** Participant to wish for. */
  sender: string;
  socketUrl: string;
  iceServers: RTCIceServer[];
  /** Until the room closes. */
  seconds: number;
}

export interface Features {
  /** Whether the server sends mail. */
  passwordReset: boolean;
}

export interface Credentials {
  user: User;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}
