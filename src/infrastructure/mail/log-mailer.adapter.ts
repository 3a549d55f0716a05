import type { Logger } from 'pino';

import type { Email } from './email.js';
import { Mailer } from './mailer.js';

/** Writes whole e-mails to the log instead of sending them. For development only: links in them grant access. */
export class LogMailer extends Mailer {
  constructor(private readonly log: Pick<Logger, 'info'>) {
    super();
  }

  override send({ to, subject, text }: Email): Promise<null> {
    this.log.info(`mail: not sent because SMTP_URL is unset\nTo: ${to}\nSubject: ${subject}\n\n${text}`);
    return Promise.resolve(null);
  }

  override close(): void {
    // There are no connections.
  }
}
