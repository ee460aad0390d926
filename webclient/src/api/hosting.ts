import type { Call } from './account';
import { meetingPath, query } from './paths';
import type {
  Attendee,
  Invitation,
  Invitee,
  NewInvitation,
  NewStream,
  Occurrence,
  StreamAccess,
} from './resources';

/** What surrounds a meeting: whom one invites, and what is kept of the times it took place. */
export class HostingApi {
  private readonly call: Call;
  private readonly file: (path: string) => Promise<Blob>;

  constructor(call: Call, file: (path: string) => Promise<Blob>) {
    this.call = call;
    this.file = file;
  }

  async invitations(code: string): Promise<Invitation[]> {
    const path = meetingPath(code, 'invitations');
    return (await this.call<{ invitations: Invitation[] }>('GET', path)).invitations;
  }

  /** The token is shown this once. */
  async createInvitation(
    code: string,
    wish: NewInvitation,
  ): Promise<{ invitation: Invitation; token: string }> {
    return this.call('POST', meetingPath(code, 'invitations'), wish);
  }

  /** What is made so is among the invitations, and revoked like them. */
  async createStream(code: string, wish: NewStream): Promise<StreamAccess> {
    return this.call('POST', meetingPath(code, 'streams'), wish);
  }

  async revokeInvitation(code: string, id: string): Promise<void> {
    await this.call('DELETE', meetingPath(code, `invitations/${encodeURIComponent(id)}`));
  }

  async invitees(code: string): Promise<Invitee[]> {
    const path = meetingPath(code, 'invitees');
    return (await this.call<{ invitees: Invitee[] }>('GET', path)).invitees;
  }

  /** `unknown`: addresses without an account; `mailed`: those that were written to. */
  async invite(
    code: string,
    emails: string[],
  ): Promise<{ invitees: Invitee[]; unknown: string[]; mailed: string[] }> {
    return this.call('POST', meetingPath(code, 'invitees'), { emails });
  }

  /** The host takes an invitation back; with `me` one declines one's own. */
  async uninvite(code: string, id: string): Promise<void> {
    await this.call('DELETE', meetingPath(code, `invitees/${encodeURIComponent(id)}`));
  }

  /** Newest first. */
  async occurrences(
    code: string,
    before?: string,
    limit?: number,
  ): Promise<{ occurrences: Occurrence[]; next?: string }> {
    return this.call('GET', meetingPath(code, 'occurrences') + query({ before, limit }));
  }

  /** The host sees everybody, others themselves alone. */
  async attendance(
    code: string,
    id: string,
  ): Promise<{ occurrence: Occurrence; attendance: Attendee[] }> {
    return this.call('GET', occurrencePath(code, id));
  }

  attendanceFile(code: string, id: string): Promise<Blob> {
    return this.file(`${occurrencePath(code, id)}/attendance.csv`);
  }

  transcriptFile(code: string, id: string): Promise<Blob> {
    return this.file(`${occurrencePath(code, id)}/transcript.csv`);
  }

  calendarFile(code: string): Promise<Blob> {
    return this.file(meetingPath(code, 'calendar.ics'));
  }
}

function occurrencePath(code: string, id: string): string {
  return meetingPath(code, `occurrences/${encodeURIComponent(id)}`);
}
