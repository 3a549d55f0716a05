import type { Email } from './email.js';

/** Why a letter was not taken: for the log, so without its address and its words. */
export interface MailRefusal {
  readonly reason: string;
  /** Another attempt would fare no better. */
  readonly isFinal: boolean;
}

/** Whoever delivers letters, as a port. */
export abstract class Mailer {
  /** Hands a letter over, within a minute. Never throws. @returns null when it was taken */
  abstract send(letter: Email): Promise<MailRefusal | null>;

  /** Ends all connections; what is on its way fails. */
  abstract close(): void;
}
