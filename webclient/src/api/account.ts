import type { SignIn, User } from './resources';

/** Sends one request as whoever is signed in; strangers' requests go without. */
export type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** One's own account: name, password, the places where one is signed in. */
export class AccountApi {
  private readonly call: Call;
  private readonly session: { changed(user: User): void; ended(): void };

  constructor(call: Call, session: { changed(user: User): void; ended(): void }) {
    this.call = call;
    this.session = session;
  }

  async rename(name: string): Promise<User> {
    const { user } = await this.call<{ user: User }>('PATCH', '/api/users/me', { name });
    this.session.changed(user);
    return user;
  }

  /** All other sign-ins end. */
  async changePassword(current: string, password: string): Promise<void> {
    await this.call('POST', '/api/users/me/password', { current, password });
  }

  async signIns(): Promise<SignIn[]> {
    return (await this.call<{ sessions: SignIn[] }>('GET', '/api/users/me/sessions')).sessions;
  }

  async endSignIn(id: string): Promise<void> {
    await this.call('DELETE', `/api/users/me/sessions/${encodeURIComponent(id)}`);
  }

  /** Signs out everywhere, here too. */
  async endAll(): Promise<void> {
    await this.call('DELETE', '/api/users/me/sessions');
    this.session.ended();
  }

  /** Resolves whether or not the address has an account. */
  async requestReset(email: string): Promise<void> {
    await this.call('POST', '/api/auth/reset', { email });
  }

  /** With the token of the mail. */
  async confirmReset(token: string, password: string): Promise<void> {
    await this.call('POST', '/api/auth/reset/confirm', { token, password });
  }
}
