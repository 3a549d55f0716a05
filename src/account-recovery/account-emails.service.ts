import { Injectable } from '@nestjs/common';

import { Events } from '../domain-events.js';
import { MailQueue } from '../infrastructure/mail/mail-queue.service.js';
import { UserStore } from '../users/users.store.js';
import { addressChangedEmail, passwordChangedEmail, passwordResetEmail, verificationEmail } from './email-templates.js';
import { EmailLinks } from './email-links.service.js';

/** Writes to people when something happened to their account, once it is done and answered. */
@Injectable()
export class AccountEmails {
  constructor(
    events: Events,
    private readonly post: MailQueue,
    private readonly links: EmailLinks,
    private readonly users: UserStore,
  ) {
    events.on('user.registered', ({ userId, email }) => {
      if (email !== null) this.sendVerification(userId);
    });
    events.on('verification.requested', ({ userId }) => this.sendVerification(userId));
    events.on('email.changed', ({ userId, from }) => {
      if (from !== null) this.post.enqueue(() => Promise.resolve(addressChangedEmail(from)));
      this.sendVerification(userId);
    });
    events.on('password.forgotten', ({ email }) => this.sendReset(email));
    events.on('password.changed', ({ userId }) => this.tellOfPassword(userId));
  }

  private sendVerification(userId: string): void {
    this.post.enqueue(async () => {
      const link = await this.links.make('verify', userId);
      return link && verificationEmail(link.to, link.url);
    });
  }

  /** To an address that is not verified, too: who never opened that link has no other way back. */
  private sendReset(email: string): void {
    this.post.enqueue(async () => {
      const found = await this.users.credentials(email);
      const link = found && (await this.links.make('reset', found.user.id));
      return link && passwordResetEmail(link.to, link.url);
    });
  }

  private tellOfPassword(userId: string): void {
    this.post.enqueue(async () => {
      const user = await this.users.byId(userId);
      return user?.email && user.emailVerified ? passwordChangedEmail(user.email, this.links.publicUrl) : null;
    });
  }
}
