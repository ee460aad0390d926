/** What the REST API answers with, in the words of its JSON. */

export interface User {
  id: string;
  email: string;
  name: string;
  createdAt: string;
}

/** Strangers to a meeting see code, title, hostName, live and guestsAllowed only. */
export interface Meeting {
  code: string;
  title: string;
  hostName: string;
  live: boolean;
  guestsAllowed: boolean;
  isHost?: boolean;
  createdAt?: string;
  endedAt?: string;
  participantCount?: number;
}

export interface JoinedParticipant {
  id: string;
  name: string;
  role: 'HOST' | 'PARTICIPANT';
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
}

export interface Message {
  number: number;
  senderName: string;
  senderId?: string;
  text: string;
  sentAt: string;
}

export interface MeetingParticipant {
  id: string;
  name: string;
  role: 'HOST' | 'PARTICIPANT';
  status: 'INVITED' | 'WAITING' | 'JOINED' | 'LEFT';
  guest: boolean;
  joinedAt: string;
  leftAt?: string;
}

export interface Credentials {
  user: User;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}
