import { Module } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../telemetry/logger.js';
import { LogMailer } from './log-mailer.adapter.js';
import { Mailer } from './mailer.js';
import { Postman } from './mail-queue.service.js';
import { SmtpMailer } from './smtp-mailer.adapter.js';

@Module({
  providers: [
    {
      provide: Mailer,
      inject: [ENV, LOGGER],
      useFactory: ({ mail }: Env, log: Logger): Mailer | null =>
        mail === 'log' ? new LogMailer(log) : mail && new SmtpMailer(mail),
    },
    { provide: Postman, inject: [Mailer], useFactory: (mailer: Mailer | null) => new Postman(mailer) },
  ],
  exports: [Postman],
})
export class MailModule {}
