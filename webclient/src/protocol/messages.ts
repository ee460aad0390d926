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
 * - `internal` is for a fault of the server.
 * - `unavailable` is for what does not work now; trying again later helps.
 * - `conflict` is for a room that has moved on; a fresh join through the REST API helps.
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
  | 'internal'
  | 'unavailable'
  | 'conflict'
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
} as const;
export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

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

/** Role of a participant. */
export type Role = 'HOST' | 'PARTICIPANT';

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

/** MeetingJoin enters the room that the credential of the handshake names. It comes first. */
export type MeetingJoin = Record<string, never>;

/** MeetingLeave leaves for good; the server closes the socket after its reply. */
export type MeetingLeave = Record<string, never>;

/** MeetingEnd ends the meeting for everybody. Hosts only. */
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

/** SlotsWish replaces the wishes for all video, screen and screen sound slots. */
export interface SlotsWish {
  wishes: SlotWish[];
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

/** ChatSend says something to everybody. The reply "ok" comes after the message is stored. */
export interface ChatSend {
  /** ClientID is made by the client, 1 to 64 of [A-Za-z0-9_-]; a retry with the same one makes no second message. */
  clientId: string;
  text: string;
}

/** ChatHistoryRequest asks for a page of messages before a number, newest page first. */
export interface ChatHistoryRequest {
  /** Before is exclusive; 0 means from the newest. */
  before?: number;
  /** Limit from 1 to 100; 0 means 50. */
  limit?: number;
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

/** Publication is one camera, microphone or screen as others see it in the roster. */
export interface Publication {
  /** Number is unique in the room; media carries it as CSRC. */
  number: number;
  source: Source;
  muted: boolean;
}

/** Participant is a person in the room. */
export interface Participant {
  id: string;
  name: string;
  role: Role;
  guest: boolean;
  joinedAt: string;
  publications: Publication[];
}

/** Meeting is what those inside see of the meeting's record. */
export interface Meeting {
  code: string;
  title: string;
}

/** ChatMessage is one line of the chat. */
export interface ChatMessage {
  /** Number is given by the room: unique in the meeting, and the order that everybody sees. */
  number: number;
  clientId: string;
  sender: string;
  name: string;
  text: string;
  sentAt: string;
  /** Stored is false until the message is committed; chat:updated follows. */
  stored: boolean;
}

/** MeetingJoined is the snapshot that answers meeting:join. */
export interface MeetingJoined {
  self: string;
  meeting: Meeting;
  participants: Participant[];
  /** Hands are the participants with raised hands, first raised first. */
  hands: string[];
  speakers: string[];
  /** Chat is the newest page, oldest first. */
  chat: ChatMessage[];
  /** Ticket lets this client come back without the REST API, as "resume.<ticket>". A new one comes with each join. */
  ticket: string;
}

/** MeetingEnded says that the meeting is over; the socket closes after it. */
export interface MeetingEnded {
  /** By is the participant who ended it, empty if the server did. */
  by?: string;
}

/** MeetingUpdated carries the meeting's record after a change. */
export interface MeetingUpdated {
  meeting: Meeting;
}

/** WebRTCAnswer answers webrtc:offer. */
export interface WebRTCAnswer {
  pc: Direction;
  sdp: string;
}

/** ParticipantJoined says that somebody came in. */
export interface ParticipantJoined {
  participant: Participant;
}

/** ParticipantLeft says that somebody is gone. */
export interface ParticipantLeft {
  id: string;
}

/** ParticipantUpdated replaces what is known of a participant: name, publications, mute state. */
export interface ParticipantUpdated {
  participant: Participant;
}

/** HandsChanged replaces the queue of raised hands, first raised first. */
export interface HandsChanged {
  hands: string[];
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

/** ChatUpdated says that a message is stored now. */
export interface ChatUpdated {
  number: number;
  stored: boolean;
}

/** ChatHistory answers chat:history, oldest first. */
export interface ChatHistory {
  messages: ChatMessage[];
  /** More is true if there are older messages. */
  more: boolean;
}

/** ClientMessage is one of the messages that a client may send. */
export type ClientMessage =
  | { type: 'meeting:join'; data: MeetingJoin }
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
  | { type: 'chat:message'; data: ChatSend }
  | { type: 'chat:history'; data: ChatHistoryRequest };

/** ServerMessage is one of the messages that the server may send. */
export type ServerMessage =
  | { type: 'ok'; data: OK }
  | { type: 'pong'; data: Pong }
  | { type: 'error'; data: ErrorReply }
  | { type: 'meeting:joined'; data: MeetingJoined }
  | { type: 'meeting:ended'; data: MeetingEnded }
  | { type: 'meeting:updated'; data: MeetingUpdated }
  | { type: 'webrtc:answer'; data: WebRTCAnswer }
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
  | { type: 'chat:history'; data: ChatHistory };
