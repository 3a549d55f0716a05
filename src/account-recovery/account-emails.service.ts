import { Injectable } from '@nestjs/common';

import { Events } from '../domain-events.js';
import { composeEmail, type Email } from '../infrastructure/mail/email.js';
import { MailQueue } from '../infrastructure/mail/mail-queue.service.js';
import { UserStore } from '../users/users.store.js';
import { EmailLinks } from './email-links.service.js';
import {
  addressChangedEmail,
  type EmailContent,
  passwordChangedEmail,
  passwordResetEmail,
  verificationEmail,
} from './email-templates.js';

/**
 * Enqueues the e-mails of an account, on a domain event or when a service calls it. Looks up and composes nothing before
 * the request is answered, so that the response time reveals nothing about the account.
 */
@Injectable()
export class AccountEmails {
  constructor(
    events: Events,
    private readonly queue: MailQueue,
    private readonly links: EmailLinks,
    private readonly users: UserStore,
  ) {
    events.on('user.registered', ({ userId, email }) => {
      if (email !== null) this.sendVerification(userId);
    });
    events.on('email.changed', ({ userId, from }) => {
      if (from !== null) this.queue.enqueue(() => Promise.resolve(compose(addressChangedEmail(from))));
      this.sendVerification(userId);
    });
    events.on('password.changed', ({ userId }) => this.sendPasswordChanged(userId));
  }

  /** Sends a link that verifies the account's address, unless it has none or it is verified. */
  sendVerification(userId: string): void {
    this.queue.enqueue(async () => {
      const link = await this.links.make('verify', userId);
      return link && compose(verificationEmail(link.to, link.url));
    });
  }

  /** Sends a reset link to the account with this address, verified or not: there may be no other way to log in again. */
  sendReset(email: string): void {
    this.queue.enqueue(async () => {
      const found = await this.users.credentials(email);
      const link = found && (await this.links.make('reset', found.user.id));
      return link && compose(passwordResetEmail(link.to, link.url));
    });
  }

  private sendPasswordChanged(userId: string): void {
    this.queue.enqueue(async () => {
      const user = await this.users.byId(userId);
      if (!user?.email || !user.emailVerified) return null;
      return compose(passwordChangedEmail(user.email, this.links.publicUrl));
    });
  }
}

const compose = ({ to, subject, paragraphs }: EmailContent): Email => composeEmail(to, subject, paragraphs);
