import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { Clock } from '../common/clock.js';
import { ENV, type Env } from '../infrastructure/config/env.js';
import { Limits } from '../infrastructure/rate-limits/rate-limiter.js';
import { MailModule } from '../infrastructure/mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { Correspondence } from './account-emails.service.js';
import { EmailController } from './email.controller.js';
import { EmailService } from './email.service.js';
import { Links } from './email-links.service.js';
import { MailTokensRepository } from './email-tokens.repository.js';
import { MailTokenStore } from './email-tokens.store.js';
import { PasswordResetController } from './password-reset.controller.js';
import { PasswordResetService } from './password-reset.service.js';

@Module({
  imports: [AuthModule, UsersModule, MailModule],
  controllers: [EmailController, PasswordResetController],
  providers: [
    Correspondence,
    EmailService,
    PasswordResetService,
    { provide: MailTokenStore, useClass: MailTokensRepository },
    {
      provide: Links,
      inject: [MailTokenStore, Clock, Limits, ENV],
      useFactory: (tokens: MailTokenStore, clock: Clock, limits: Limits, { publicUrl }: Env) =>
        new Links(tokens, clock, limits, publicUrl),
    },
  ],
})
export class RecoveryModule {}
