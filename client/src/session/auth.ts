import type { AuthResult, DeviceInfo, OwnUser, Page, Session } from '../api-types.js';
import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { TokenSession } from './session.js';

/** Called after a log-in and a log-out; `ClientCore` implements them. */
export interface AuthHooks {
  /** A session began. */
  readonly onLogin: (session: AuthResult) => Promise<void>;
  /** The session ended here: local data is to be erased. */
  readonly onLogout: () => Promise<void>;
}

/** Accounts and sessions, as `client.auth`. Each method rejects with ProblemError or UnreachableError. */
export class Auth {
  /** Use `client.auth`. */
  constructor(
    private readonly api: Api,
    private readonly session: TokenSession,
    private readonly device: DeviceInfo | undefined,
    private readonly hooks: AuthHooks,
  ) {}

  /**
   * Creates an account and logs in.
   * @param command username: 3–32 of `a-z 0-9 . _`; password: 8–128 characters; displayName: defaults to the username
   * @throws ProblemError `username_taken`, `email_taken`, `validation_failed`
   */
  async register(command: {
    username: string;
    password: string;
    displayName?: string;
    email?: string;
  }): Promise<OwnUser> {
    return this.beginSession(
      await unwrap(this.api.POST('/api/v1/auth/register', { body: { ...command, ...this.deviceField } })),
    );
  }

  /** @param command login: a username or an e-mail address. @throws ProblemError `invalid_credentials` */
  async login(command: { login: string; password: string }): Promise<OwnUser> {
    return this.beginSession(
      await unwrap(this.api.POST('/api/v1/auth/login', { body: { ...command, ...this.deviceField } })),
    );
  }

  /**
   * Ends this session and erases local data: conversations, messages and the outbox. When the server is unreachable,
   * the session stays in the user's list of sessions until it expires.
   */
  async logout(): Promise<void> {
    // Log out locally in any case.
    await this.api.POST('/api/v1/auth/logout').catch(() => undefined);
    await this.hooks.onLogout();
  }

  /** Ends every session of the user, this one included. */
  async logoutAll(): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/logout-all'));
    await this.hooks.onLogout();
  }

  /** Changes the password and ends all other sessions. @throws ProblemError `invalid_credentials` */
  async changePassword(command: { currentPassword: string; newPassword: string }): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password', { body: command }));
  }

  /**
   * Requests an e-mail with a link that resets the password. Resolves in the same way whether or not the address
   * belongs to an account. Offer it only if `limits().mail` is true: other servers send no e-mail.
   */
  async forgotPassword(email: string): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password/forgotten', { body: { email } }));
  }

  /**
   * Sets a new password with the token of that link, and ends every session of the user. Needs no session.
   * @param command token: the part after `#token=` in the link; newPassword: 8–128 characters
   * @throws ProblemError `validation_failed` for the field `token` when it is wrong, used or older than an hour
   */
  async resetPassword(command: { token: string; newPassword: string }): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password/reset', { body: command }));
  }

  /** Requests another e-mail with the link that verifies the user's address. */
  async requestEmailVerification(): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/email/verification'));
  }

  /**
   * Verifies an address with the token of that link. Needs no session, and may be repeated. `users.me()` shows the
   * result.
   * @throws ProblemError `validation_failed` for the field `token` when it is wrong or older than a day
   */
  async verifyEmail(token: string): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/email/verify', { body: { token } }));
  }

  /** The user's sessions, one for each device. */
  sessions(query: { limit?: number; cursor?: string } = {}): Promise<Page<Session>> {
    return unwrap(this.api.GET('/api/v1/auth/sessions', { params: { query } }));
  }

  /** Ends one of the user's sessions. @throws ProblemError `not_found` */
  async revokeSession(id: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
  }

  /** Deletes the account. Its messages stay, by a deleted user. @throws ProblemError `invalid_credentials` */
  async deleteAccount(password: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/users/me', { body: { password } }));
    await this.hooks.onLogout();
  }

  private get deviceField(): { device?: DeviceInfo } {
    return this.device ? { device: this.device } : {};
  }

  private async beginSession(session: AuthResult): Promise<OwnUser> {
    await this.session.begin(session);
    await this.hooks.onLogin(session);
    return session.user;
  }
}
