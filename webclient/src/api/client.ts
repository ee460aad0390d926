import { AccountApi } from './account';
import { newAction } from './action';
import { HostingApi } from './hosting';
import { meetingPath, query } from './paths';
import { server } from './server';
import type {
  ConnectionTest,
  Credentials,
  Features,
  JoinAnswer,
  Meeting,
  MeetingChange,
  MeetingParticipant,
  MeetingView,
  Message,
  NewMeeting,
  User,
} from './resources';

/** The server's refusal, or `network` when it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** What was wrong with which field. */
  readonly fields: Record<string, string>;
  /** Seconds, when asked to come back later. */
  readonly retryAfter: number | undefined;
  /** What the server's log calls the request. */
  readonly request: string | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    fields: Record<string, string> = {},
    retryAfter?: number,
    request?: string,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfter = retryAfter;
    this.request = request;
  }
}

export interface ApiDeps {
  fetch: typeof fetch;
  /** Where the server is; empty for where the page came from. */
  server: string;
  /** Runs f while no other tab refreshes. */
  lock<T>(name: string, f: () => Promise<T>): Promise<T>;
  now(): number;
  /** What the page is in: files and mail come in it too. */
  language(): string | undefined;
  /** A new name for an action, which its requests carry into the server's log. */
  name(): string;
}

/** Who is signed in: unknown until the first refresh has answered. */
export type Session = { phase: 'unknown' } | { phase: 'out' } | { phase: 'in'; user: User };

interface CallOptions {
  body?: unknown;
  /** false: never send the access token, never refresh. */
  signed?: boolean;
  headers?: Record<string, string>;
  /** The action that the request is a part of; one of its own if it is not said. */
  action?: string;
  /** The answer is a file, not JSON. */
  file?: boolean;
}

// Refreshed a little early, so that a slow request does not arrive with an expired token.
const earlySeconds = 30;

/**
 * The REST API. The access token lives in memory alone; the refresh token is an httpOnly cookie.
 * A 401 leads to one refresh and one more try; several requests share one refresh.
 */
export class ApiClient {
  readonly account: AccountApi;
  readonly hosting: HostingApi;
  private readonly deps: ApiDeps;
  private readonly listeners = new Set<() => void>();
  private state: Session = { phase: 'unknown' };
  private token: { value: string; expiresAt: number } | undefined;
  private refreshing: Promise<boolean> | undefined;

  constructor(deps: Partial<ApiDeps> = {}) {
    this.deps = { ...browserDeps(), ...deps };
    const call = <T>(method: string, path: string, body?: unknown) =>
      this.call<T>(method, path, body === undefined ? {} : { body });
    this.account = new AccountApi(call, {
      changed: (user) => this.become({ phase: 'in', user }),
      ended: () => this.leave(),
    });
    this.hosting = new HostingApi(call, (path) => this.call('GET', path, { file: true }));
  }

  subscribe = (f: () => void): (() => void) => {
    this.listeners.add(f);
    return () => this.listeners.delete(f);
  };

  session = (): Session => this.state;

  /** Finds out from the cookie who is signed in. Rejects with `network` if the server cannot be reached. */
  async restore(): Promise<Session> {
    if (this.state.phase === 'unknown') await this.refresh();
    return this.state;
  }

  async register(email: string, password: string, name: string): Promise<User> {
    return this.enter('/api/auth/register', { email, password, name });
  }

  async login(email: string, password: string): Promise<User> {
    return this.enter('/api/auth/login', { email, password });
  }

  /** Signed out here even if the server cannot be reached. */
  async logout(): Promise<void> {
    try {
      await this.send('POST', '/api/auth/logout', {
        body: {},
        signed: false,
        headers: { 'X-Plenum': '1' },
      });
    } finally {
      this.leave();
    }
  }

  async me(): Promise<User> {
    return (await this.call<{ user: User }>('GET', '/api/auth/me')).user;
  }

  async createMeeting(wish: NewMeeting): Promise<Meeting> {
    const body = { guestsAllowed: true, ...wish };
    return (await this.call<{ meeting: Meeting }>('POST', '/api/meetings', { body })).meeting;
  }

  async meetings(
    before?: string,
    limit?: number,
    view?: MeetingView,
  ): Promise<{ meetings: Meeting[]; next?: string }> {
    return this.call('GET', `/api/meetings${query({ view, before, limit })}`);
  }

  /** Needs no sign-in; strangers get the outside of the meeting only. */
  async meeting(code: string): Promise<Meeting> {
    return (await this.call<{ meeting: Meeting }>('GET', meetingPath(code))).meeting;
  }

  async updateMeeting(code: string, change: MeetingChange): Promise<Meeting> {
    return (await this.call<{ meeting: Meeting }>('PATCH', meetingPath(code), { body: change }))
      .meeting;
  }

  async deleteMeeting(code: string): Promise<void> {
    await this.call('DELETE', meetingPath(code));
  }

  /** With a name: as a guest, where nobody is signed in. `invitation` is the token of an invitation link. */
  async joinMeeting(code: string, name?: string, invitation?: string): Promise<JoinAnswer> {
    const body = { ...(name !== undefined && { name }), ...(invitation && { invitation }) };
    return this.call('POST', meetingPath(code, 'join'), { body });
  }

  async leaveMeeting(code: string, participant?: string): Promise<void> {
    const body = participant === undefined ? {} : { participant };
    await this.call('POST', meetingPath(code, 'leave'), { body });
  }

  async endMeeting(code: string): Promise<void> {
    await this.call('POST', meetingPath(code, 'end'), { body: {} });
  }

  /** Oldest first; `before` is a message number, exclusive. */
  async messages(
    code: string,
    before?: number,
    limit?: number,
    occurrence?: string,
  ): Promise<{ messages: Message[]; more: boolean }> {
    return this.call('GET', meetingPath(code, 'messages') + query({ occurrence, before, limit }));
  }

  async participants(code: string): Promise<MeetingParticipant[]> {
    const path = meetingPath(code, 'participants');
    return (await this.call<{ participants: MeetingParticipant[] }>('GET', path)).participants;
  }

  /** What this server offers. */
  async features(): Promise<Features> {
    return this.send('GET', '/api/features', { signed: false });
  }

  /** Two ways into a room of its own, to send through the server to oneself. */
  async connectionTest(): Promise<ConnectionTest> {
    return this.call('POST', '/api/connection-test', { body: {} });
  }

  private async enter(path: string, body: unknown): Promise<User> {
    return this.accept(await this.send<Credentials>('POST', path, { body, signed: false }));
  }

  private accept(credentials: Credentials): User {
    const expiresAt = this.deps.now() + (credentials.expiresIn - earlySeconds) * 1000;
    this.token = { value: credentials.accessToken, expiresAt };
    this.become({ phase: 'in', user: credentials.user });
    return credentials.user;
  }

  private leave(): void {
    this.token = undefined;
    this.become({ phase: 'out' });
  }

  private become(state: Session): void {
    this.state = state;
    for (const f of [...this.listeners]) f();
  }

  private async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    // Without a token the request may still be one for strangers or guests, once we know that nobody is signed in.
    const stale = this.token !== undefined && this.deps.now() >= this.token.expiresAt;
    if (stale || this.state.phase === 'unknown') await this.refresh();
    const used = this.token?.value;
    const named = { ...options, action: this.deps.name() };
    try {
      return await this.send<T>(method, path, named);
    } catch (error) {
      const expired = error instanceof ApiError && error.status === 401 && used !== undefined;
      if (!expired || !(await this.refresh(used))) throw error;
      return this.send<T>(method, path, named);
    }
  }

  /** Resolves to whether somebody is signed in. `used` is the token that was refused. */
  private refresh(used?: string): Promise<boolean> {
    if (used !== undefined && this.token !== undefined && this.token.value !== used) {
      return Promise.resolve(true);
    }
    this.refreshing ??= this.deps
      .lock('plenum-refresh', () => this.refreshOnce())
      .finally(() => {
        this.refreshing = undefined;
      });
    return this.refreshing;
  }

  private async refreshOnce(): Promise<boolean> {
    try {
      const credentials = await this.send<Credentials>('POST', '/api/auth/refresh', {
        body: {},
        signed: false,
        headers: { 'X-Plenum': '1' },
      });
      this.accept(credentials);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) {
        throw error;
      }
      this.leave();
      return false;
    }
  }

  private async send<T>(method: string, path: string, options: CallOptions): Promise<T> {
    const accept = options.file ? '*/*' : 'application/json';
    const action = options.action ?? this.deps.name();
    const headers: Record<string, string> = {
      Accept: accept,
      'X-Request-Id': action,
      ...options.headers,
    };
    const language = this.deps.language();
    if (language) headers['Accept-Language'] = language;
    if (options.body !== undefined) headers['Content-Type'] = 'application/json';
    if (options.signed !== false && this.token !== undefined) {
      headers['Authorization'] = `Bearer ${this.token.value}`;
    }
    let response: Response;
    try {
      response = await this.deps.fetch(this.deps.server + path, {
        method,
        headers,
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        credentials: this.deps.server === '' ? 'same-origin' : 'include',
      });
    } catch (error) {
      const message = `${method} ${path}: ${String(error)}`;
      throw new ApiError(0, 'network', message, {}, undefined, action);
    }
    if (!response.ok) throw await refusal(response);
    if (response.status === 204) return undefined as T;
    return (await (options.file ? response.blob() : response.json())) as T;
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const after = Number(response.headers.get('Retry-After')) || undefined;
  const request = response.headers.get('X-Request-Id') ?? undefined;
  try {
    const body = (await response.json()) as {
      code?: string;
      message?: string;
      fields?: Record<string, string>;
    };
    const code = body.code ?? 'internal';
    return new ApiError(response.status, code, body.message ?? code, body.fields, after, request);
  } catch {
    // A proxy's page, not the server's answer: there is none behind it at the moment.
    const code = response.status >= 502 && response.status <= 504 ? 'unavailable' : 'internal';
    return new ApiError(response.status, code, response.statusText, {}, after, request);
  }
}

function browserDeps(): ApiDeps {
  return {
    fetch: (...args) => fetch(...args),
    server: server.api,
    // Web Locks are missing on plain HTTP other than localhost; the server's grace covers two tabs there.
    lock: async (name, f) =>
      globalThis.navigator?.locks ? await navigator.locks.request(name, f) : f(),
    now: () => Date.now(),
    language: () => globalThis.document?.documentElement.lang,
    name: newAction,
  };
}
