import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { newId } from '../common/uuid.js';
import { Events } from '../domain-events.js';
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
import { type Grant, SessionsService } from '../sessions/sessions.service.js';

/** Registration, log-in, refresh and passwords. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly guesses: LoginThrottle,
  ) {}

  /** A new account and its first session. @throws DomainError `username_taken`, `email_taken`, `validation_failed` */
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
   * A new session. An unknown login costs and says the same as a wrong password.
   * @param place whom wrong passwords are counted by: an address
   * @throws DomainError `invalid_credentials`, `rate_limited`
   */
  async login(command: Login, place: string): Promise<AuthResultView> {
    const name = command.login.trim().toLowerCase();
    const found = await this.guesses.check(name, place, async () => {
      const credentials = await this.users.credentials(name);
      const matches = await this.passwords.matches(command.password, credentials?.passwordHash ?? null);
      return matches ? credentials : null;
    });
    if (!found) throw wrongCredentials();
    const { user, passwordHash } = found;
    const grant = await this.sessions.open(user.id, command.device);
    if ((await this.users.passwordHash(user.id)) !== passwordHash) {
      // The password changed meanwhile, which ended the sessions that were there then.
      await this.sessions.end(user.id, { only: grant.session.id }, 'password_changed');
      throw wrongCredentials();
    }
    return this.result(user, grant);
  }

  /** The next pair of tokens. @throws DomainError `unauthenticated`, `session_revoked`, `token_reused` */
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
    // Whoever reset it meanwhile shall not lose their account to one who knew the old one.
    if (!(await this.sessions.changePassword(actor, confirmed, next))) throw invalidPasswordError();
    this.events.publish('password.changed', { userId: actor.userId });
  }

  /** A new password as it is kept, for who may set one without the old one. */
  passwordHash(newPassword: string): Promise<string> {
    return this.passwords.hash(newPassword);
  }

  /**
   * Makes sure that it is the user who asks.
   * @returns the hash that the password was compared with
   * @throws DomainError `invalid_credentials`, `rate_limited`
   */
  async confirm({ userId, sessionId }: Actor, password: string): Promise<string> {
    // By no name that somebody could log in with: who tries names slows down nobody who has a session.
    const confirmed = await this.guesses.check(`ID ${userId}`, sessionId, async () => {
      const passwordHash = await this.users.passwordHash(userId);
      if (!(await this.passwords.matches(password, passwordHash))) return null;
      // It may have been reset while this waited for its turn.
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

/** Of somebody who has a session. */
export function invalidPasswordError(): DomainError {
  return new DomainError('invalid_credentials', 'The password is wrong.');
}
