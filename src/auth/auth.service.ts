import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { newId } from '../common/ids.js';
import { Events } from '../domain-events.js';
import { type Grant, SessionsService } from '../sessions/sessions.service.js';
import { displayName, foldEmail, foldUsername, type User } from '../users/user.js';
import { UserStore } from '../users/users.store.js';
import {
  type AuthResultView,
  authResultView,
  type ChangePassword,
  type Login,
  type Refresh,
  type Register,
} from './auth.dto.js';
import { LoginThrottle } from './login-throttle.service.js';
import { PasswordHasher } from './password-hasher.adapter.js';

/** Registration, log-in, refresh and passwords. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly throttle: LoginThrottle,
  ) {}

  /** Creates an account and opens its first session. @throws DomainError `username_taken`, `email_taken`, `validation_failed` */
  async register(command: Register): Promise<AuthResultView> {
    const name = displayName(command.displayName ?? command.username);
    const user = await this.users.add({
      id: newId(),
      username: foldUsername(command.username),
      email: command.email === undefined ? null : foldEmail(command.email),
      displayName: name,
      passwordHash: await this.passwords.hash(command.password),
      createdAt: this.clock.now(),
    });
    this.events.publish('user.registered', { userId: user.id, email: user.email });
    return this.result(user, await this.sessions.open(user.id, command.device));
  }

  /**
   * Opens a session. An unknown login takes the same work and gets the same answer as a wrong password.
   * @param source the client's IP address, by which wrong passwords are counted
   * @throws DomainError `invalid_credentials`, `rate_limited`
   */
  async login(command: Login, source: string): Promise<AuthResultView> {
    const name = command.login.trim().toLowerCase();
    const found = await this.throttle.check(name, source, async () => {
      const credentials = await this.users.credentials(name);
      const matches = await this.passwords.matches(command.password, credentials?.passwordHash ?? null);
      return matches ? credentials : null;
    });
    if (!found) throw wrongCredentials();
    const { user, passwordHash } = found;
    const grant = await this.sessions.open(user.id, command.device);
    if ((await this.users.passwordHash(user.id)) !== passwordHash) {
      // The password changed meanwhile. That change did not end this session, which was opened after it.
      await this.sessions.end(user.id, { only: grant.session.id }, 'password_changed');
      throw wrongCredentials();
    }
    return this.result(user, grant);
  }

  /** Exchanges a refresh token for the next pair of tokens. @throws DomainError `unauthenticated`, `session_revoked`, `token_reused` */
  async refresh(command: Refresh): Promise<AuthResultView> {
    const grant = await this.sessions.refresh(command.refreshToken);
    const user = await this.users.byId(grant.session.userId);
    if (!user) throw new DomainError('session_revoked', 'This session has ended. Log in again.');
    return this.result(user, grant);
  }

  /** Sets a new password and ends the actor's other sessions. @throws DomainError `invalid_credentials`, `rate_limited` */
  async changePassword(actor: Actor, command: ChangePassword): Promise<void> {
    const confirmed = await this.confirm(actor, command.currentPassword);
    const next = await this.passwords.hash(command.newPassword);
    // A password reset that happened meanwhile wins: this request proves knowledge of the old password only.
    if (!(await this.sessions.changePassword(actor, confirmed, next))) throw invalidPasswordError();
    this.events.publish('password.changed', { userId: actor.userId });
  }

  /** Hashes a new password. A password reset calls it, which needs no old password. */
  passwordHash(newPassword: string): Promise<string> {
    return this.passwords.hash(newPassword);
  }

  /**
   * Checks the user's own password before a sensitive change.
   * @returns the hash that the password was compared with
   * @throws DomainError `invalid_credentials`, `rate_limited`
   */
  async confirm({ userId, sessionId }: Actor, password: string): Promise<string> {
    // `ID …` is no possible login, so failed log-ins do not throttle users who have a session.
    const confirmed = await this.throttle.check(`ID ${userId}`, sessionId, async () => {
      const passwordHash = await this.users.passwordHash(userId);
      if (!(await this.passwords.matches(password, passwordHash))) return null;
      // The password may have been reset while the verification was queued.
      return (await this.users.passwordHash(userId)) === passwordHash ? passwordHash : null;
    });
    if (confirmed === null) throw invalidPasswordError();
    return confirmed;
  }

  private result(user: User, grant: Grant): AuthResultView {
    return authResultView(user, grant.session, this.sessions.issueTokens(grant));
  }
}

function wrongCredentials(): DomainError {
  return new DomainError('invalid_credentials', 'Wrong username or password.');
}

/** The error for a wrong password in a request that has a session. */
export function invalidPasswordError(): DomainError {
  return new DomainError('invalid_credentials', 'The password is wrong.');
}
