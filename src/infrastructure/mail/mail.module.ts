import { Module } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../telemetry/logger.js';
import { LogMailer } from './log-mailer.adapter.js';
import { MailQueue } from './mail-queue.service.js';
import { Mailer } from './mailer.js';
import { SmtpMailer } from './smtp-mailer.adapter.js';

/** The mail queue and its mailer: SMTP with `SMTP_URL`, the log in development, none in production without `SMTP_URL`. */
@Module({
  providers: [
    {
      provide: Mailer,
      inject: [ENV, LOGGER],
      useFactory: ({ mail }: Env, log: Logger): Mailer | null =>
        mail === 'log' ? new LogMailer(log) : mail && new SmtpMailer(mail),
    },
    {
      provide: MailQueue,
      inject: [Mailer, LOGGER],
      useFactory: (mailer: Mailer | null, log: Logger) => new MailQueue(mailer, log),
    },
  ],
  exports: [MailQueue],
})
export class MailModule {}
