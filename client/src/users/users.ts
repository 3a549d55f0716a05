import type { OwnUser, Page, User } from '../api-types.js';
import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { TokenSession } from '../session/session.js';

interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** Profiles, search and blocks, as `client.users`. Each method rejects with ProblemError or UnreachableError. */
export class Users {
  /** Use `client.users`. */
  constructor(
    private readonly api: Api,
    private readonly session: TokenSession,
  ) {}

  /** The logged-in user, from the server. Updates `client.session`. */
  async me(): Promise<OwnUser> {
    const user = await unwrap(this.api.GET('/api/v1/users/me'));
    await this.session.setUser(user);
    return user;
  }

  /** Changes the user's profile; null clears a field. Updates `client.session`. */
  async update(command: { displayName?: string; avatarUrl?: string | null; about?: string | null }): Promise<OwnUser> {
    const user = await unwrap(this.api.PATCH('/api/v1/users/me', { body: command }));
    await this.session.setUser(user);
    return user;
  }

  /**
   * Sets the user's e-mail address. It stays unverified until the user opens the link that the server sends.
   * @throws ProblemError `invalid_credentials`, `email_taken`
   */
  async setEmail(command: { email: string; password: string }): Promise<OwnUser> {
    const user = await unwrap(this.api.PUT('/api/v1/users/me/email', { body: command }));
    await this.session.setUser(user);
    return user;
  }

  /** Users whose username or display name begins with `q`. */
  search(q: string, options: PageQuery = {}): Promise<Page<User>> {
    return unwrap(this.api.GET('/api/v1/users', { params: { query: { q, ...options } } }));
  }

  /** @throws ProblemError `not_found` */
  get(id: string): Promise<User> {
    return unwrap(this.api.GET('/api/v1/users/{id}', { params: { path: { id } } }));
  }

  /** Users that the logged-in user has blocked. */
  blocks(query: PageQuery = {}): Promise<Page<User>> {
    return unwrap(this.api.GET('/api/v1/users/me/blocks', { params: { query } }));
  }

  /** Blocks a user. Neither can write to the other. */
  async block(userId: string): Promise<void> {
    await unwrap(this.api.PUT('/api/v1/users/me/blocks/{userId}', { params: { path: { userId } } }));
  }

  async unblock(userId: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/users/me/blocks/{userId}', { params: { path: { userId } } }));
  }
}
