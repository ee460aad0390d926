export { ApiClient, ApiError } from './client';
export type { ApiDeps, Session } from './client';
export type {
  JoinAnswer,
  JoinedParticipant,
  Meeting,
  MeetingParticipant,
  Message,
  User,
} from './resources';
