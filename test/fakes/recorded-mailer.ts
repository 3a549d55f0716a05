import type { Email } from '../../src/infrastructure/mail/email.js';
import { Mailer, type MailRefusal } from '../../src/infrastructure/mail/mailer.js';

/** Takes every letter, unless a test has put other answers in line. */
export class RecordedMailer extends Mailer {
  readonly attempts: Email[] = [];
  readonly sent: Email[] = [];
  /** What the next attempts are answered; null takes the letter. */
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
