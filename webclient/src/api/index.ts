export { newAction } from './action';
export { ApiClient, ApiError } from './client';
export type { ApiDeps, Session } from './client';
export { permissionNames } from './resources';
export type {
  Attendee,
  ConnectionTest,
  Features,
  Invitation,
  Invitee,
  JoinAnswer,
  JoinedParticipant,
  Meeting,
  MeetingChange,
  MeetingParticipant,
  MeetingView,
  Message,
  NewInvitation,
  NewMeeting,
  NewSchedule,
  NewStream,
  Occurrence,
  Permissions,
  Schedule,
  Settings,
  SettingsChange,
  SignIn,
  StreamAccess,
  User,
} from './resources';
