import { Injectable } from '@nestjs/common';

import { AuthService, invalidPasswordError } from '../auth/auth.service.js';
import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Events } from '../domain-events.js';
import { foldEmail } from '../users/user.js';
import { type OwnUserView, ownUserView } from '../users/users.dto.js';
import { UserStore } from '../users/users.store.js';
import { tokenHash, invalidTokenError } from './email-token.js';
import { EmailTokenStore } from './email-tokens.store.js';
import type { ChangeEmail, VerifyEmail } from './account-recovery.dto.js';

/** The e-mail address of an account: another one, and the proof that it is one's own. */
@Injectable()
export class EmailService {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UserStore,
    private readonly tokens: EmailTokenStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets another address, which is not verified, and tells the old one, if that was, and the new one.
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

  /** Sends the link once more, unless the address is verified. */
  requestVerification(actor: Actor): void {
    this.events.publish('verification.requested', { userId: actor.userId });
  }

  /**
   * Verifies the address that the token was sent to. The same token does it again: it says no more the second time, and who
   * opens a link twice, or has a mail program that looks at it first, is not told that it is a bad one.
   * @throws DomainError `validation_failed`
   */
  async verify({ token }: VerifyEmail): Promise<void> {
    if (!(await this.tokens.verifyEmail(tokenHash(token), this.clock.now()))) throw invalidTokenError();
  }
}
