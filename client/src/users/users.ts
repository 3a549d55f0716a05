import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { TokenSession } from '../session/session.js';
import type { OwnUser, Page, User } from '../api-types.js';

interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** People. Each method rejects with ProblemError or UnreachableError. */
export class Users {
  /** Comes as `client.users`. */
  constructor(
    private readonly api: Api,
    private readonly session: TokenSession,
  ) {}

  /** Oneself, as the server knows one now; `client.session` follows. */
  async me(): Promise<OwnUser> {
    const user = await unwrap(this.api.GET('/api/v1/users/me'));
    await this.session.setUser(user);
    return user;
  }

  /** Changes one's profile; null takes a field back. */
  async update(command: { displayName?: string; avatarUrl?: string | null; about?: string | null }): Promise<OwnUser> {
    const user = await unwrap(this.api.PATCH('/api/v1/users/me', { body: command }));
    await this.session.setUser(user);
    return user;
  }

  /**
   * Sets one's e-mail address, which is not verified until the link is opened that is sent there.
   * @throws ProblemError `invalid_credentials`, `email_taken`
   */
  async setEmail(command: { email: string; password: string }): Promise<OwnUser> {
    const user = await unwrap(this.api.PUT('/api/v1/users/me/email', { body: command }));
    await this.session.setUser(user);
    return user;
  }

  /** People whose username or display name begins so. */
  search(q: string, options: PageQuery = {}): Promise<Page<User>> {
    return unwrap(this.api.GET('/api/v1/users', { params: { query: { q, ...options } } }));
  }

  /** @throws ProblemError `not_found` */
  get(id: string): Promise<User> {
    return unwrap(this.api.GET('/api/v1/users/{id}', { params: { path: { id } } }));
  }

  /** Whom one has blocked. */
  blocks(query: PageQuery = {}): Promise<Page<User>> {
    return unwrap(this.api.GET('/api/v1/users/me/blocks', { params: { query } }));
  }

  /** Neither can write to the other any more. */
  async block(userId: string): Promise<void> {
    await unwrap(this.api.PUT('/api/v1/users/me/blocks/{userId}', { params: { path: { userId } } }));
  }

  async unblock(userId: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/users/me/blocks/{userId}', { params: { path: { userId } } }));
  }
}
