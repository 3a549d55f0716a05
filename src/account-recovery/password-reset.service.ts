import { Injectable } from '@nestjs/common';

import { AuthService } from '../auth/auth.service.js';
import { Clock } from '../common/clock.js';
import { Events } from '../domain-events.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { foldEmail } from '../users/user.js';
import { AccountEmails } from './account-emails.service.js';
import type { ForgottenPassword, ResetPassword } from './account-recovery.dto.js';
import { tokenHash, invalidTokenError } from './email-token.js';
import { EmailTokenStore } from './email-tokens.store.js';

/** Resets a forgotten password through the user's mailbox (OWASP Forgot Password Cheat Sheet). */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly tokens: EmailTokenStore,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly mails: AccountEmails,
  ) {}

  /**
   * Enqueues a reset e-mail and returns before the account is looked up, so that neither the answer nor its time
   * reveals whether the account exists.
   */
  forgotten({ email }: ForgottenPassword): void {
    this.mails.sendReset(foldEmail(email));
  }

  /**
   * Sets a new password and ends every session. Each token works once.
   * @returns the id of the user
   * @throws DomainError `validation_failed`
   */
  async reset({ token, newPassword }: ResetPassword): Promise<string> {
    const hash = tokenHash(token);
    // Hashing a password is expensive, so an invalid token is rejected before.
    if (!(await this.tokens.isGood('reset', hash, this.clock.now()))) throw invalidTokenError();
    const passwordHash = await this.auth.passwordHash(newPassword);
    const done = await this.tokens.resetPassword(hash, passwordHash, this.clock.now());
    if (!done) throw invalidTokenError();
    this.sessions.announceEnd(done.userId, done.ended, 'password_changed');
    this.events.publish('password.changed', { userId: done.userId });
    return done.userId;
  }
}
