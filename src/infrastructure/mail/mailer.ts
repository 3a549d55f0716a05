import type { Email } from './email.js';

/** Why an e-mail was not accepted. It is logged, so it contains neither the address nor the content. */
export interface MailRefusal {
  readonly reason: string;
  /** Whether a retry is pointless. */
  readonly isFinal: boolean;
}

/** The port through which {@link Email}s are sent: SMTP, the log, or a fake in tests. */
export abstract class Mailer {
  /** Makes one attempt, of at most a minute. Never throws. @returns null when the e-mail was accepted */
  abstract send(email: Email): Promise<MailRefusal | null>;

  /** Closes all connections; attempts in flight fail. */
  abstract close(): void;
}
