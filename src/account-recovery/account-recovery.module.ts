import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { Clock } from '../common/clock.js';
import { ENV, type Env } from '../infrastructure/config/env.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { MailModule } from '../infrastructure/mail/mail.module.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import { UsersModule } from '../users/users.module.js';
import { AccountEmails } from './account-emails.service.js';
import { EmailLinks } from './email-links.service.js';
import { EmailTokenData, EmailTokensRepository } from './email-tokens.repository.js';
import { EmailTokenStore } from './email-tokens.store.js';
import { EmailController } from './email.controller.js';
import { EmailService } from './email.service.js';
import { PasswordResetController } from './password-reset.controller.js';
import { PasswordResetService } from './password-reset.service.js';

@Module({
  imports: [AuthModule, UsersModule, MailModule],
  controllers: [EmailController, PasswordResetController],
  providers: [
    AccountEmails,
    EmailTokenData,
    EmailService,
    PasswordResetService,
    { provide: EmailTokenStore, useClass: EmailTokensRepository },
    {
      provide: EmailLinks,
      inject: [EmailTokenStore, Clock, RateLimiter, ENV],
      useFactory: (tokens: EmailTokenStore, clock: Clock, limits: RateLimiter, { publicUrl }: Env) =>
        new EmailLinks(tokens, clock, limits, publicUrl),
    },
  ],
})
export class AccountRecoveryModule {
  constructor(owners: DataOwners, data: EmailTokenData) {
    owners.register(data);
  }
}
