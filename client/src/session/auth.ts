import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { TokenSession } from './session.js';
import type { AuthResult, DeviceInfo, OwnUser, Page, Session } from '../api-types.js';

/** What the rest of the client does when somebody logs in or out. */
export interface AuthHooks {
  /** Somebody is in. */
  readonly entered: (session: AuthResult) => Promise<void>;
  /** One goes: local data is erased. */
  readonly left: () => Promise<void>;
}

/** Accounts and sessions. Each method rejects with ProblemError or UnreachableError. */
export class Auth {
  /** Comes as `client.auth`. */
  constructor(
    private readonly api: Api,
    private readonly session: TokenSession,
    private readonly device: DeviceInfo | undefined,
    private readonly hooks: AuthHooks,
  ) {}

  /**
   * Makes an account, and logs in.
   * @param command username: 3–32 of `a-z 0-9 . _`; password: 8–128 characters; displayName: the username unless told
   * @throws ProblemError `username_taken`, `email_taken`, `validation_failed`
   */
  async register(command: {
    username: string;
    password: string;
    displayName?: string;
    email?: string;
  }): Promise<OwnUser> {
    return this.enter(await unwrap(this.api.POST('/api/v1/auth/register', { body: { ...command, ...this.told } })));
  }

  /** @param command login: a username or an e-mail address. @throws ProblemError `invalid_credentials` */
  async login(command: { login: string; password: string }): Promise<OwnUser> {
    return this.enter(await unwrap(this.api.POST('/api/v1/auth/login', { body: { ...command, ...this.told } })));
  }

  /**
   * Ends this session, and erases what is kept here: conversations, messages and what waits in the outbox. When the server
   * cannot be told, the session stays in the user's list of sessions until it runs out.
   */
  async logout(): Promise<void> {
    // Whether it is told or not: who logs out is out.
    await this.api.POST('/api/v1/auth/logout').catch(() => undefined);
    await this.hooks.left();
  }

  /** Ends every session of the user, this one too. */
  async logoutAll(): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/logout-all'));
    await this.hooks.left();
  }

  /** Changes the password; all other sessions end. @throws ProblemError `invalid_credentials` */
  async changePassword(command: { currentPassword: string; newPassword: string }): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password', { body: command }));
  }

  /**
   * Asks for a mail with a link to set a new password. It resolves in the same way whether or not an account has that
   * address. Offer it where `limits().mail` is true: other servers send no mail.
   */
  async forgotPassword(email: string): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password/forgotten', { body: { email } }));
  }

  /**
   * Sets a new password with the token of that link; every session of the user ends. Nobody needs to be logged in.
   * @param command token: what stands behind `#token=` in the link; newPassword: 8–128 characters
   * @throws ProblemError `validation_failed` with the field `token` when it is wrong, used or older than an hour
   */
  async resetPassword(command: { token: string; newPassword: string }): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/password/reset', { body: command }));
  }

  /** Asks for the mail once more with the link that verifies one's address. */
  async requestEmailVerification(): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/email/verification'));
  }

  /**
   * Verifies an address with the token of that link, whoever is logged in; twice does no harm. `users.me()` says it after.
   * @throws ProblemError `validation_failed` with the field `token` when it is wrong or older than a day
   */
  async verifyEmail(token: string): Promise<void> {
    await unwrap(this.api.POST('/api/v1/auth/email/verify', { body: { token } }));
  }

  /** The devices on which one is logged in. */
  sessions(query: { limit?: number; cursor?: string } = {}): Promise<Page<Session>> {
    return unwrap(this.api.GET('/api/v1/auth/sessions', { params: { query } }));
  }

  /** Ends a session of one's own. @throws ProblemError `not_found` */
  async revokeSession(id: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } }));
  }

  /** Erases the account; messages stay, as by a deleted user. @throws ProblemError `invalid_credentials` */
  async deleteAccount(password: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/users/me', { body: { password } }));
    await this.hooks.left();
  }

  private get told(): { device?: DeviceInfo } {
    return this.device ? { device: this.device } : {};
  }

  private async enter(session: AuthResult): Promise<OwnUser> {
    await this.session.begin(session);
    await this.hooks.entered(session);
    return session.user;
  }
}
