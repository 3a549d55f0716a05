import type { Logger } from 'pino';

import type { Email } from './email.js';
import { Mailer } from './mailer.js';

/** Shows letters in the log, whole: for a developer, who has no mail server, and never for production. */
export class LogMailer extends Mailer {
  constructor(private readonly log: Pick<Logger, 'info'>) {
    super();
  }

  override send({ to, subject, text }: Email): Promise<null> {
    this.log.info(`Mail to ${to}, which is not sent, as there is no SMTP_URL: ${subject}\n\n${text}`);
    return Promise.resolve(null);
  }

  override close(): void {
    // There is nothing to end.
  }
}
