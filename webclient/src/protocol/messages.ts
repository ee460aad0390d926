// Code generated from signaling/message by `go generate ./signaling/message`. DO NOT EDIT.

/** Version is the protocol version that both sides put in "v". */
export const VERSION = 1;

/** Subprotocol is the WebSocket subprotocol that the server selects. */
export const SUBPROTOCOL = 'plenum.v1';

export const GRANT_PREFIX = 'auth.';

export const TICKET_PREFIX = 'resume.';

/** SpeakerWish is the Participant of a wish that follows the active speaker. */
export const SPEAKER_WISH = 'speaker';

/**
 * Code is the stable name of an error on the wire; the sentence beside it may change.
 * - `bad_message` is for what is not JSON, has a wrong field or a value out of its limits.
 * - `unknown_type` is for a type that no message has.
 * - `not_joined` is for a request that needs meeting:join first.
 * - `already_joined` is for a second meeting:join on one socket.
 * - `forbidden` is for what the sender has no right to.
 * - `too_many` is for what was sent too often; retryAfter says when to try again.
 * - `too_large` is for what is longer than this kind of message may be.
 * - `bad_sdp` is for an offer that the media server cannot use.
 * - `not_found` is for a thing that is not in this room.
 * - `meeting_ended` is for a credential whose meeting is over.
 * - `room_full` is for a room without a place for another participant.
 * - `lobby_full` is for a lobby in which too many wait already, of all or of one address; trying again later helps.
 * - `internal` is for a fault of the server.
 * - `unavailable` is for what does not work now; trying again later helps.
 * - `conflict` is for a room that has moved on; a fresh join through the REST API helps.
 * - `locked` is for a meeting that lets nobody new in.
 * - `removed` is for somebody who was removed from this occurrence of the meeting.
 * - `media_closed` comes without a request: both connections are gone, and the client makes them anew.
 */
export type Code =
  | 'bad_message'
  | 'unknown_type'
  | 'not_joined'
  | 'already_joined'
  | 'forbidden'
  | 'too_many'
  | 'too_large'
  | 'bad_sdp'
  | 'not_found'
  | 'meeting_ended'
  | 'room_full'
  | 'lobby_full'
  | 'internal'
  | 'unavailable'
  | 'conflict'
  | 'locked'
  | 'removed'
  | 'media_closed';

/**
 * CloseCode is a WebSocket close code that tells a client what to do next. The ones of RFC 6455 that the
 * server uses: 1000 left by choice, 1001 the server stops, 1008 broke a rule, 1011 a fault of the server,
 * 1013 read too slowly.
 */
export const CLOSE_CODES = {
  /** takenOver is for a socket whose participant joined from another one; do not reconnect. */
  takenOver: 4001,
  /** meetingEnded is for a meeting that is over for everybody; do not reconnect. */
  meetingEnded: 4002,
  /** refused is for a join that failed; the error before says why. */
  refused: 4003,
  /** removed is for somebody a host removed, or denied in the lobby; do not reconnect. */
  removed: 4004,
} as const;
export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/**
 * Role of a participant.
 * - `HOST` may do everything; there is at least one while anybody may be one.
 * - `COHOST` helps the host, and takes over if nobody is host any more.
 * - `PARTICIPANT` may do what the permissions say.
 */
export type Role = 'HOST' | 'COHOST' | 'PARTICIPANT';

/**
 * Permission is one thing that hosts allow or do not allow.
 * - `unmute` is the right to switch the own microphone on. Who loses it is muted.
 * - `camera` is the right to switch the own camera on. Who loses it is stopped.
 * - `share` is the right to share a screen. Whose screen is on loses it with the right.
 * - `chat` is the right to write to everybody.
 * - `privateChat` is the right to write to one person; writing to a host is always allowed to who may chat.
 * - `reactions` is the right to send reactions.
 * - `rename` is the right to change the own name.
 */
export type Permission =
  | 'unmute'
  | 'camera'
  | 'share'
  | 'chat'
  | 'privateChat'
  | 'reactions'
  | 'rename';

/**
 * ChatHistoryFor says what of the chat somebody sees who comes in late.
 * - `all` is everything ever said in the meeting.
 * - `joined` is what was said since they first came in. Hosts see everything.
 * - `none` is nothing from before the snapshot. Hosts see everything.
 */
export type ChatHistoryFor = 'all' | 'joined' | 'none';

/**
 * ParticipantKind tells what a participant is who is nobody.
 * - `stream` publishes for whoever sent it, as a camera on a stage does.
 * - `viewer` plays the meeting somewhere else. It is shown, so that nobody is watched unseen.
 */
export type ParticipantKind = 'stream' | 'viewer';

/** Emoji is a reaction. */
export type Emoji =
  | '👍'
  | '❤️'
  | '👏'
  | '😂'
  | '🎉'
  | '😮'
  | '😢'
  | '🤔'
  | '👎'
  | '🙏';

/**
 * Direction names one of a participant's two PeerConnections.
 * - `up` is the connection on which the participant publishes.
 * - `down` is the connection whose slots the participant receives through.
 */
export type Direction = 'up' | 'down';

/** Source is what a publication shows or carries. */
export type Source = 'camera' | 'microphone' | 'screen' | 'screen-audio';

/**
 * SlotKind says what a downstream m-line is kept for.
 * - `audio` is filled by the server with the loudest microphones.
 * - `video` shows the camera that the client wishes for.
 * - `screen` shows the screen share that the client wishes for.
 * - `screen-audio` carries the sound of a screen share that the client wishes for.
 */
export type SlotKind = 'audio' | 'video' | 'screen' | 'screen-audio';

/**
 * NoticeKind says what has been done to the receiver, or is asked of them.
 * - `muted` is for a microphone that was muted.
 * - `ask-unmute` asks to switch the microphone on; it may be done now.
 * - `video-stopped` is for a camera that was switched off.
 * - `share-stopped` is for a share that was ended.
 * - `removed` is the last message before the socket closes: out, for this occurrence.
 * - `denied` is the last message before the socket of somebody in the lobby closes.
 * - `to-lobby` says that the receiver waits from now on; meeting:waiting follows.
 * - `role` says that the receiver's role has changed.
 * - `called-on` says that the receiver has the word.
 * - `hand-lowered` says that the receiver's hand went down: by a host, or because they spoke. In the second case
 * participant:raise-hand with restore takes it back within ten seconds.
 */
export type NoticeKind =
  | 'muted'
  | 'ask-unmute'
  | 'video-stopped'
  | 'share-stopped'
  | 'removed'
  | 'denied'
  | 'to-lobby'
  | 'role'
  | 'called-on'
  | 'hand-lowered';

/**
 * LeftReason says how somebody went.
 * - `left` is for who left.
 * - `lost` is for a connection that did not come back in time.
 * - `removed` is for who was removed by a host.
 * - `to-lobby` is for who was sent back to the lobby.
 */
export type LeftReason = 'left' | 'lost' | 'removed' | 'to-lobby';

/** Codec of a video publication. */
export type Codec = 'VP8' | 'H264' | 'VP9' | 'AV1';

/** Envelope wraps every message in both directions. */
export interface Envelope {
  v: number;
  /** ID numbers a client's request; the reply carries it as Re. */
  id?: number;
  re?: number;
  /** Seq rises by one with each event of the room that this participant is meant to see. */
  seq?: number;
  type: string;
  data?: unknown;
}

/** Permissions say what somebody may do. Hosts and co-hosts may do all of it, whatever the meeting's default is. */
export interface Permissions {
  unmute: boolean;
  camera: boolean;
  share: boolean;
  chat: boolean;
  privateChat: boolean;
  reactions: boolean;
  rename: boolean;
}

/** Override is what differs from the meeting's default. What is left out does not. */
export interface Override {
  unmute?: boolean;
  camera?: boolean;
  share?: boolean;
  chat?: boolean;
  privateChat?: boolean;
  reactions?: boolean;
  rename?: boolean;
}

/** Publication is one camera, microphone or screen as others see it in the roster. */
export interface Publication {
  /** Number is unique in the room; media carries it as CSRC. */
  number: number;
  source: Source;
  muted: boolean;
}

/** Participant is a person in the room, or a stream. */
export interface Participant {
  id: string;
  name: string;
  /** Kind is left out for a person. */
  kind?: ParticipantKind;
  role: Role;
  guest: boolean;
  joinedAt: string;
  publications: Publication[];
  /** Reconnecting says that the connection is lost and may come back; the place is kept. */
  reconnecting?: boolean;
}

/** Meeting is what those inside see of the meeting and its settings. */
export interface Meeting {
  code: string;
  title: string;
  /** Locked lets nobody new in. */
  locked: boolean;
  /** Lobby has newcomers wait until a host admits them. */
  lobby: boolean;
  /** ChatHistory is what late joiners see of the chat. */
  chatHistory: ChatHistoryFor;
  /** Permissions are the default for everybody but hosts and co-hosts. */
  permissions: Permissions;
  /** Spotlight are the participants shown large to all, in order. */
  spotlight: string[];
  startedAt: string;
}

/** WaitingPerson is somebody in the lobby. */
export interface WaitingPerson {
  id: string;
  name: string;
  guest: boolean;
  since: string;
}

/**
 * MeetingJoin enters the room that the credential of the handshake names. It comes first. The answer is meeting:joined,
 * or meeting:waiting in the lobby; there meeting:joined comes unasked once a host admits.
 */
export type MeetingJoin = Record<string, never>;

/**
 * MeetingResume comes first in place of meeting:join on a socket that was opened with a session ticket: the participant
 * was in the meeting and lost the connection. Within the resume window everything is as it was: mute state, hand, media
 * connections. The answer is meeting:resumed, followed by the events that were missed; or meeting:joined, a snapshot,
 * where these are not known any more or the client asks for it, and where the window is over.
 */
export interface MeetingResume {
  /** Seq of the last event that the client has; 0 asks for a snapshot, as a page does that was loaded anew. */
  seq?: number;
}

/** MeetingLeave leaves for good; the server closes the socket after its reply. */
export type MeetingLeave = Record<string, never>;

/** MeetingEnd ends the meeting for everybody. The host only. */
export type MeetingEnd = Record<string, never>;

/** Ping asks for a pong: browsers cannot send protocol pings. */
export type Ping = Record<string, never>;

/** UpSource says what an m-line of the upstream offer carries. */
export interface UpSource {
  mid: string;
  source: Source;
}

/** DownSlot says what an m-line of the downstream offer is kept for. */
export interface DownSlot {
  mid: string;
  kind: SlotKind;
}

/** WebRTCOffer carries the client's SDP offer for one of its connections. */
export interface WebRTCOffer {
  pc: Direction;
  sdp: string;
  /** Sources is required with pc "up": one entry for each m-line. */
  sources?: UpSource[];
  /** Slots is required with pc "down": one entry for each m-line. */
  slots?: DownSlot[];
}

/**
 * WebRTCICECandidate is accepted for the sake of clients that trickle; the server learns addresses from
 * the client's own connectivity checks and ignores it.
 */
export interface WebRTCICECandidate {
  pc: Direction;
  candidate: string;
}

/** PublicationSet says that a source is live or has ended. */
export interface PublicationSet {
  source: Source;
  live: boolean;
}

/** ParticipantToggleAudio mutes or unmutes the sender's own microphone. */
export interface ParticipantToggleAudio {
  muted: boolean;
}

/** ParticipantToggleVideo switches the sender's own camera off or on. */
export interface ParticipantToggleVideo {
  muted: boolean;
}

/** ParticipantRename changes the sender's display name for this meeting. */
export interface ParticipantRename {
  name: string;
}

/** ParticipantRaiseHand raises or lowers the sender's hand. */
export interface ParticipantRaiseHand {
  raised: boolean;
  /**
   * Restore puts a hand that the server lowered because its owner spoke back to where it was in the line, within ten
   * seconds; later it goes to the end.
   */
  restore?: boolean;
}

/** ParticipantReact shows a reaction to everybody for a moment. */
export interface ParticipantReact {
  emoji: Emoji;
}

/** SlotWish says what the client wants to see in one slot. */
export interface SlotWish {
  /** MID is the slot's m-line. */
  mid: string;
  /** Participant whose Source is wanted; "speaker" follows the active speaker; empty empties the slot. */
  participant: string;
  source: Source;
  /** Height of the tile in device pixels; the layer is chosen by it. */
  height: number;
  /** Priority from 0 (first to give way) to 255. */
  priority?: number;
}

/** WarmWish names a picture of the page to come. */
export interface WarmWish {
  participant: string;
  /** Source is camera or screen. */
  source: Source;
}

/** SlotsWish replaces the wishes for all video, screen and screen sound slots. */
export interface SlotsWish {
  wishes: SlotWish[];
  /**
   * Warm are pictures that are to be at hand when the page is turned: their smallest layer comes to the server and is
   * kept there, and nothing of them is sent on. At most a page, 49.
   */
  warm?: WarmWish[];
  /** DataSaver asks for small pictures only, whatever the tiles' heights. */
  dataSaver?: boolean;
  /** AudioOnly asks for no pictures at all. */
  audioOnly?: boolean;
}

/** SlotReport is what the client measured in one slot since its last report. */
export interface SlotReport {
  mid: string;
  /** Height of the decoded picture in pixels, 0 for none. */
  height?: number;
  /** Freezes of the picture, and how many milliseconds they lasted together. */
  freezes?: number;
  frozen?: number;
  /** JitterBuffer is the mean delay of the jitter buffer in milliseconds. */
  jitterBuffer?: number;
}

/** StatsReport says what the client measured; once in ten seconds is enough. */
export interface StatsReport {
  slots: SlotReport[];
}

/** ModerationMute mutes one participant, or everybody but hosts, co-hosts and the sender. */
export interface ModerationMute {
  /** Participant to mute; empty for all. */
  participant?: string;
  /** Hard takes the permission to unmute too: of the one, or by the meeting's default of all. */
  hard?: boolean;
}

/** ModerationAskUnmute asks somebody to switch the microphone on, and allows it to who may not. */
export interface ModerationAskUnmute {
  participant: string;
}

/** ModerationStopVideo switches somebody's camera off. */
export interface ModerationStopVideo {
  participant: string;
  /** Hard takes the permission too. */
  hard?: boolean;
}

/** ModerationStopShare ends what somebody shares, the sound too. */
export interface ModerationStopShare {
  participant: string;
  /** Hard takes the permission too. */
  hard?: boolean;
}

/** ModerationRemove takes somebody out and keeps them out as long as this occurrence of the meeting lasts. */
export interface ModerationRemove {
  participant: string;
}

/** ModerationForgive lets somebody who was removed, or denied in the lobby, come back by the way that everybody comes. */
export interface ModerationForgive {
  participant: string;
}

/** ModerationAdmit lets people in the lobby come in. */
export interface ModerationAdmit {
  /** Participants to admit, 100 at most; empty with All. */
  participants?: string[];
  all?: boolean;
}

/** ModerationDeny sends people in the lobby away. */
export interface ModerationDeny {
  /** Participants to deny, 100 at most; empty with All. */
  participants?: string[];
  all?: boolean;
}

/** ModerationSendToLobby puts somebody back into the lobby. */
export interface ModerationSendToLobby {
  participant: string;
}

/** ModerationMessageWaiting tells those in the lobby something; who comes later sees it too. Empty takes it away. */
export interface ModerationMessageWaiting {
  text: string;
}

/** ModerationLock lets nobody new in, or lets people in again. Who was in may come back. */
export interface ModerationLock {
  locked: boolean;
}

/** ModerationSettings changes settings of the meeting. What is left out stays. */
export interface ModerationSettings {
  /** Lobby on or off. Off admits nobody who waits already. */
  lobby?: boolean;
  chatHistory?: ChatHistoryFor;
}

/**
 * ModerationRole makes somebody co-host or takes that back. Host hands the meeting over: the sender, who must be host,
 * becomes co-host.
 */
export interface ModerationRole {
  participant: string;
  role: Role;
}

/** ModerationPermissions changes the meeting's default, or what differs from it for one participant. */
export interface ModerationPermissions {
  /** Participant whose permissions change; empty for the default of all. */
  participant?: string;
  /** Permissions to change. What is left out stays as it is. */
  permissions: Override;
  /** Reset drops everything that differed before. Only with a participant. */
  reset?: boolean;
}

/** ModerationLowerHands lowers one hand or all. */
export interface ModerationLowerHands {
  /** Participant whose hand goes down; empty for all. */
  participant?: string;
}

/** ModerationCallOn gives the word to somebody whose hand is up, and asks them to unmute. */
export interface ModerationCallOn {
  /** Participant to call on; empty for the first in line. */
  participant?: string;
}

/** ModerationSpotlight shows participants large to all, 6 at most, in place of those before. */
export interface ModerationSpotlight {
  participants: string[];
}

/** ModerationNotice tells a participant what was done to them. */
export interface ModerationNotice {
  kind: NoticeKind;
  /** By is the participant who did it; empty if the server did. */
  by?: string;
  /** Role is the new one, with kind role. */
  role?: Role;
}

/** PermissionsChanged says what the receiver may do from now on. */
export interface PermissionsChanged {
  permissions: Permissions;
}

/** OverridesChanged tells hosts and co-hosts what differs from the default for one participant now. */
export interface OverridesChanged {
  participant: string;
  override: Override;
}

/** LobbyChanged tells hosts and co-hosts who waits, the longest first. It replaces the list before. */
export interface LobbyChanged {
  waiting: WaitingPerson[];
  /** Message is what those who wait are told. */
  message?: string;
}

/** OK answers a request that needs no other answer. */
export type OK = Record<string, never>;

/** Pong answers a ping. */
export type Pong = Record<string, never>;

/** ErrorReply answers a request that failed. Fields names what was wrong with which field, if any. */
export interface ErrorReply {
  code: Code;
  message: string;
  fields?: Record<string, string>;
  /** RetryAfter in seconds, when the request was refused for coming too often. */
  retryAfter?: number;
}

/**
 * MeetingJoined is the snapshot that answers meeting:join, or comes unasked to somebody who waited in the lobby. It
 * replaces everything that the client knew.
 */
export interface MeetingJoined {
  self: string;
  meeting: Meeting;
  participants: Participant[];
  /** Hands are the participants with raised hands, first raised first. */
  hands: string[];
  /** CalledOn is who has the word, if anybody was called on. */
  calledOn?: string;
  speakers: string[];
  /** Chat is the newest page, oldest first. MoreChat says that chat:history has older ones. */
  chat: ChatMessage[];
  moreChat: boolean;
  /** Permissions are the receiver's own. */
  permissions: Permissions;
  /** Overrides are what differs from the default, by participant. Hosts and co-hosts only. */
  overrides?: Record<string, Override>;
  /** Waiting are those in the lobby, WaitingMessage what they are told. Hosts and co-hosts only. */
  waiting?: WaitingPerson[];
  waitingMessage?: string;
  /** Seq of the last event that the snapshot holds already; the next one has Seq + 1. */
  seq: number;
  /** ResumeWithin is how many seconds the place is kept when the connection is lost. */
  resumeWithin: number;
  /**
   * Ticket lets this client come back without the REST API, as "resume.<ticket>". A new one comes with each answer to
   * meeting:join and meeting:resume; only the last is good. Empty where there is no new one, as after the lobby.
   */
  ticket: string;
}

/** MeetingResumed answers meeting:resume: nothing was lost. The events missed follow, each with its seq. */
export interface MeetingResumed {
  /** Missed is how many events follow. */
  missed: number;
  ticket: string;
}

/**
 * MeetingWaiting answers meeting:join for somebody who has to wait in the lobby, and comes again when the message
 * changes. Until meeting:joined only participant:rename, meeting:leave and ping may be sent.
 */
export interface MeetingWaiting {
  self: string;
  code: string;
  title: string;
  /** Message of a host to those who wait. */
  message?: string;
  /** Ticket as in meeting:joined; who comes back with it waits in the same place. Empty where there is no new one. */
  ticket: string;
}

/** MeetingEnded says that the meeting is over; the socket closes after it. */
export interface MeetingEnded {
  /** By is the participant who ended it, empty if the server did. */
  by?: string;
}

/** MeetingUpdated carries the meeting's record and settings after a change. */
export interface MeetingUpdated {
  meeting: Meeting;
}

/** MeetingAnnounced carries what whoever runs the server tells everybody in the meeting. */
export interface MeetingAnnounced {
  text: string;
  at: string;
}

/** WebRTCAnswer answers webrtc:offer. */
export interface WebRTCAnswer {
  pc: Direction;
  sdp: string;
}

/**
 * WebRTCICEServers are what both connections use from now on, in place of those that the REST API named. It comes to who
 * was let in from the lobby, where nobody is told of relays.
 */
export interface WebRTCICEServers {
  servers: ICEServer[];
}

/** ICEServer is one entry of a browser's RTCConfiguration. */
export interface ICEServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** ParticipantJoined says that somebody came in. */
export interface ParticipantJoined {
  participant: Participant;
}

/** ParticipantLeft says that somebody is gone. */
export interface ParticipantLeft {
  id: string;
  reason: LeftReason;
}

/** ParticipantUpdated replaces what is known of a participant: name, role, publications, mute state, connection. */
export interface ParticipantUpdated {
  participant: Participant;
}

/** HandsChanged replaces the queue of raised hands, first raised first. */
export interface HandsChanged {
  hands: string[];
  /** CalledOn is who has the word, if anybody was called on. */
  calledOn?: string;
}

/** Reaction is one of somebody. */
export interface Reaction {
  participant: string;
  emoji: Emoji;
}

/** ReactionCount is how often a reaction came. */
export interface ReactionCount {
  emoji: Emoji;
  count: number;
}

/** ReactionsBurst has the reactions of the last quarter of a second. It has no seq. */
export interface ReactionsBurst {
  /** Reactions one by one, as long as they are few. */
  reactions: Reaction[];
  /** Counts of all the others, when more than 20 a second come. */
  counts?: ReactionCount[];
}

/** SpeakersChanged lists the active speaker and the ones before, latest first. */
export interface SpeakersChanged {
  speakers: string[];
  /** Speaking are the participants heard at this moment. */
  speaking: string[];
}

/** SlotAssignment says whose publication a slot carries. */
export interface SlotAssignment {
  mid: string;
  /** Number of the publication, 0 for an empty slot. */
  number: number;
  participant?: string;
  source?: Source;
}

/** SlotsAssigned replaces the whole map of slots. */
export interface SlotsAssigned {
  /** Version rises with each change. */
  version: number;
  slots: SlotAssignment[];
}

/** LayersWanted tells a publisher what somebody watches of a source. Nobody misses what is left out meanwhile. */
export interface LayersWanted {
  source: Source;
  /** Codec that every receiver can decode; left out for sound and while nobody receives. */
  codec?: Codec;
  /**
   * Layers says for each encoding or spatial layer, lowest first, whether it is wanted. What is beyond the end is not
   * wanted; an empty list is a pause.
   */
  layers: boolean[];
}

/** SlotClock relates a slot's RTP timestamps to the server's wall clock. */
export interface SlotClock {
  mid: string;
  /** NTP is the time at which the slot's timestamp was RTP, in milliseconds since 1970, with microseconds. */
  ntp: number;
  rtp: number;
}

/** SlotsClock has the clocks of slots that changed source or whose clock was set anew; the others go on. */
export interface SlotsClock {
  clocks: SlotClock[];
}

/** SlotQuality explains what one slot shows, and why it is not more. */
export interface SlotQuality {
  mid: string;
  /** Height that is sent, 0 for none. */
  height: number;
  /** Reason in words, empty if the wish is met. */
  reason: string;
  /** Paused says that nothing is sent for want of bandwidth. */
  paused: boolean;
}

/** QualityChanged says how good the directions of this participant are, and the others' way up: 0 is bad, 100 is good. */
export interface QualityChanged {
  up: number;
  down: number;
  /** Estimate of what the downstream connection carries, in bit/s; 0 while it is not known. */
  estimate: number;
  slots: SlotQuality[];
  /** Others are the scores of the other participants' upstream, by participant. */
  others: Record<string, number>;
}

/** ChatSend says something to everybody or to one person. The reply "ok" comes after the message is stored. */
export interface ChatSend {
  /** ClientID is made by the client, 1 to 64 of [A-Za-z0-9_-]; a retry with the same one makes no second message. */
  clientId: string;
  text: string;
  /** To is the participant of a private message; only they and the sender ever get it. */
  to?: string;
  /** ReplyTo is the number of the message that this one answers. A private one can only be answered privately. */
  replyTo?: number;
}

/**
 * ChatEdit changes the text of an own message. The answer comes when that is stored, as with the two below; where it never
 * will be, it is a conflict, and chat:updated has for everybody what is.
 */
export interface ChatEdit {
  number: number;
  text: string;
}

/** ChatDelete takes away the text of an own message; hosts and co-hosts may do so with any that they see. */
export interface ChatDelete {
  number: number;
}

/** ChatReact puts the sender's reaction under a message or takes it away. */
export interface ChatReact {
  number: number;
  emoji: Emoji;
  on: boolean;
}

/** ChatTyping says that the sender is writing; once in three seconds while it is so. */
export interface ChatTyping {
  /** To is the participant of a private message; empty for everybody. */
  to?: string;
}

/**
 * ChatHistoryRequest asks for a page of messages before a number, newest page first. It holds what the sender may
 * see: no private messages of others, and from before they came what the meeting's chatHistory allows.
 */
export interface ChatHistoryRequest {
  /** Before is exclusive; 0 means from the newest. */
  before?: number;
  /** Limit from 1 to 100; 0 means 50. */
  limit?: number;
}

/** ChatReaction is one emoji under a message. */
export interface ChatReaction {
  emoji: Emoji;
  /** By are the participants, first reaction first. */
  by: string[];
}

/** ChatMessage is one line of the chat. */
export interface ChatMessage {
  /**
   * Number is given by the room: unique in the meeting, and the order that everybody sees. Private messages of others
   * leave gaps.
   */
  number: number;
  clientId: string;
  sender: string;
  name: string;
  text: string;
  sentAt: string;
  /** Stored is false until the message is committed; chat:updated follows. */
  stored: boolean;
  /** To is the recipient of a private message, ToName their name when it was sent. */
  to?: string;
  toName?: string;
  /** ReplyTo is the number of the message that this one answers; it may not be in the reader's sight. */
  replyTo?: number;
  /** EditedAt is when the text was last changed. */
  editedAt?: string;
  /** Deleted says that the text was taken away; it is empty. */
  deleted?: boolean;
  reactions?: ChatReaction[];
}

/** ChatUpdated says that a message is stored now, or has changed. */
export interface ChatUpdated {
  number: number;
  stored: boolean;
  /** Message replaces the line, if it is there: it was edited, deleted or reacted to. */
  message?: ChatMessage;
}

/** ChatHistory answers chat:history, oldest first. */
export interface ChatHistory {
  messages: ChatMessage[];
  /** More is true if there are older messages. */
  more: boolean;
}

/** ChatIsTyping says that somebody is writing; it is good for five seconds. It has no seq. */
export interface ChatIsTyping {
  participant: string;
  /** Private says that they write to the receiver alone. */
  private?: boolean;
}

/** ClientMessage is one of the messages that a client may send. */
export type ClientMessage =
  | { type: 'meeting:join'; data: MeetingJoin }
  | { type: 'meeting:resume'; data: MeetingResume }
  | { type: 'participant:react'; data: ParticipantReact }
  | { type: 'meeting:leave'; data: MeetingLeave }
  | { type: 'meeting:end'; data: MeetingEnd }
  | { type: 'ping'; data: Ping }
  | { type: 'webrtc:offer'; data: WebRTCOffer }
  | { type: 'webrtc:ice-candidate'; data: WebRTCICECandidate }
  | { type: 'publication:set'; data: PublicationSet }
  | { type: 'participant:toggle-audio'; data: ParticipantToggleAudio }
  | { type: 'participant:toggle-video'; data: ParticipantToggleVideo }
  | { type: 'participant:rename'; data: ParticipantRename }
  | { type: 'participant:raise-hand'; data: ParticipantRaiseHand }
  | { type: 'slots:wish'; data: SlotsWish }
  | { type: 'stats:report'; data: StatsReport }
  | { type: 'moderation:mute'; data: ModerationMute }
  | { type: 'moderation:ask-unmute'; data: ModerationAskUnmute }
  | { type: 'moderation:stop-video'; data: ModerationStopVideo }
  | { type: 'moderation:stop-share'; data: ModerationStopShare }
  | { type: 'moderation:remove'; data: ModerationRemove }
  | { type: 'moderation:forgive'; data: ModerationForgive }
  | { type: 'moderation:admit'; data: ModerationAdmit }
  | { type: 'moderation:deny'; data: ModerationDeny }
  | { type: 'moderation:send-to-lobby'; data: ModerationSendToLobby }
  | { type: 'moderation:message-waiting'; data: ModerationMessageWaiting }
  | { type: 'moderation:lock'; data: ModerationLock }
  | { type: 'moderation:settings'; data: ModerationSettings }
  | { type: 'moderation:role'; data: ModerationRole }
  | { type: 'moderation:permissions'; data: ModerationPermissions }
  | { type: 'moderation:lower-hands'; data: ModerationLowerHands }
  | { type: 'moderation:call-on'; data: ModerationCallOn }
  | { type: 'moderation:spotlight'; data: ModerationSpotlight }
  | { type: 'chat:message'; data: ChatSend }
  | { type: 'chat:edit'; data: ChatEdit }
  | { type: 'chat:delete'; data: ChatDelete }
  | { type: 'chat:react'; data: ChatReact }
  | { type: 'chat:typing'; data: ChatTyping }
  | { type: 'chat:history'; data: ChatHistoryRequest };

/** ServerMessage is one of the messages that the server may send. */
export type ServerMessage =
  | { type: 'moderation:notice'; data: ModerationNotice }
  | { type: 'permissions:changed'; data: PermissionsChanged }
  | { type: 'permissions:overridden'; data: OverridesChanged }
  | { type: 'lobby:changed'; data: LobbyChanged }
  | { type: 'ok'; data: OK }
  | { type: 'pong'; data: Pong }
  | { type: 'error'; data: ErrorReply }
  | { type: 'meeting:joined'; data: MeetingJoined }
  | { type: 'meeting:resumed'; data: MeetingResumed }
  | { type: 'meeting:waiting'; data: MeetingWaiting }
  | { type: 'reactions:burst'; data: ReactionsBurst }
  | { type: 'meeting:ended'; data: MeetingEnded }
  | { type: 'meeting:updated'; data: MeetingUpdated }
  | { type: 'meeting:announced'; data: MeetingAnnounced }
  | { type: 'webrtc:answer'; data: WebRTCAnswer }
  | { type: 'webrtc:ice-servers'; data: WebRTCICEServers }
  | { type: 'participant:joined'; data: ParticipantJoined }
  | { type: 'participant:left'; data: ParticipantLeft }
  | { type: 'participant:updated'; data: ParticipantUpdated }
  | { type: 'hands:changed'; data: HandsChanged }
  | { type: 'speakers:changed'; data: SpeakersChanged }
  | { type: 'slots:assigned'; data: SlotsAssigned }
  | { type: 'layers:wanted'; data: LayersWanted }
  | { type: 'slots:clock'; data: SlotsClock }
  | { type: 'quality:changed'; data: QualityChanged }
  | { type: 'chat:message'; data: ChatMessage }
  | { type: 'chat:updated'; data: ChatUpdated }
  | { type: 'chat:history'; data: ChatHistory }
  | { type: 'chat:typing'; data: ChatIsTyping };
