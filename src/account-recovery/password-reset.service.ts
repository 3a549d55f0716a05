import { Injectable } from '@nestjs/common';

import { AuthService } from '../auth/auth.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { Clock } from '../common/clock.js';
import { Events } from '../domain-events.js';
import { foldEmail } from '../users/user.js';
import { tokenHash, invalidTokenError } from './email-token.js';
import { EmailTokenStore } from './email-tokens.store.js';
import type { ForgottenPassword, ResetPassword } from './account-recovery.dto.js';

/** The way back in for who has forgotten the password, by their mailbox (OWASP Forgot Password Cheat Sheet). */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly tokens: EmailTokenStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** Looks for nobody yet: who asks learns neither by words nor by time whether there is such an account. */
  forgotten({ email }: ForgottenPassword): void {
    this.events.publish('password.forgotten', { email: foldEmail(email) });
  }

  /**
   * Sets a new password and ends every session. A token does it once.
   * @returns whose password it is
   * @throws DomainError `validation_failed`
   */
  async reset({ token, newPassword }: ResetPassword): Promise<string> {
    const hash = tokenHash(token);
    // A look first: making a password's hash is work, which nobody gets for a token that they made up.
    if (!(await this.tokens.isGood('reset', hash, this.clock.now()))) throw invalidTokenError();
    const passwordHash = await this.auth.passwordHash(newPassword);
    const done = await this.tokens.resetPassword(hash, passwordHash, this.clock.now());
    if (!done) throw invalidTokenError();
    this.sessions.announceEnd(done.userId, done.ended, 'password_changed');
    this.events.publish('password.changed', { userId: done.userId });
    return done.userId;
  }
}
