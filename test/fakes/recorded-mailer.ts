import type { Email } from '../../src/infrastructure/mail/email.js';
import { Mailer, type MailRefusal } from '../../src/infrastructure/mail/mailer.js';

/** Accepts every mail, unless a test queues other answers. */
export class RecordedMailer extends Mailer {
  readonly attempts: Email[] = [];
  readonly sent: Email[] = [];
  /** Answers to the next attempts; null accepts the mail. */
  readonly answers: (MailRefusal | null)[] = [];
  isClosed = false;

  override async send(letter: Email): Promise<MailRefusal | null> {
    this.attempts.push(letter);
    const answer = this.answers.shift() ?? null;
    if (!answer) this.sent.push(letter);
    return answer;
  }

  override close(): void {
    this.isClosed = true;
  }
}
