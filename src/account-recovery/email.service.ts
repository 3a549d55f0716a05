import { Injectable } from '@nestjs/common';

import { AuthService, invalidPasswordError } from '../auth/auth.service.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Events } from '../domain-events.js';
import { foldEmail } from '../users/user.js';
import { type OwnUserView, ownUserView } from '../users/users.dto.js';
import { UserStore } from '../users/users.store.js';
import { AccountEmails } from './account-emails.service.js';
import type { ChangeEmail, VerifyEmail } from './account-recovery.dto.js';
import { tokenHash, invalidTokenError } from './email-token.js';
import { EmailTokenStore } from './email-tokens.store.js';

/** Changes and verifies the e-mail address of an account. */
@Injectable()
export class EmailService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UserStore,
    private readonly tokens: EmailTokenStore,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly mails: AccountEmails,
  ) {}

  /**
   * Sets another address, which is unverified at first. The new address receives a verification link; the old address
   * receives a notice if it was verified.
   * @throws DomainError `invalid_credentials`, `email_taken`
   */
  async change(actor: Actor, { email, password }: ChangeEmail): Promise<OwnUserView> {
    const confirmed = await this.auth.confirm(actor, password);
    const changed = await this.users.setEmail(actor.userId, foldEmail(email), confirmed);
    if (!changed) throw invalidPasswordError();
    const { before, after } = changed;
    if (before.email !== after.email) {
      this.events.publish('email.changed', {
        userId: actor.userId,
        from: before.emailVerified ? before.email : null,
      });
    }
    return ownUserView(after);
  }

  /** Enqueues another verification e-mail, unless the address is verified. Returns before it is composed. */
  requestVerification(actor: Actor): void {
    this.mails.sendVerification(actor.userId);
  }

  /**
   * Verifies the address that the token was sent to. The token works again until it expires: mail programs open links
   * before their users do.
   * @throws DomainError `validation_failed`
   */
  async verify({ token }: VerifyEmail): Promise<void> {
    if (!(await this.tokens.verifyEmail(tokenHash(token), this.clock.now()))) throw invalidTokenError();
  }
}
