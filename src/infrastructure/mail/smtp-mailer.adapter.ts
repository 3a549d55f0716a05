import { createTransport } from 'nodemailer';

import type { Email } from './email.js';
import { Mailer, type MailRefusal } from './mailer.js';

const CONNECTIONS = 2;
/** Until the server is reached, and has greeted. */
const CONNECT_MS = 10_000;
/** Of silence, in the middle of a letter. */
const SILENCE_MS = 30_000;

/** Tells vacation responders and mailing lists that nobody reads an answer (RFC 3834 §5). */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Delivers over SMTP (RFC 5321), by a few connections that are kept for the next letter. */
export class SmtpMailer extends Mailer {
  private readonly transport;

  /**
   * @param url `smtp://user:password@host:587`, which begins TLS where it can, or `smtps://…`, which begins with it. A
   *   password goes over TLS only, unless the URL ends with `?requireTLS=false`
   * @param from the sender, `Name <address>` or an address
   */
  constructor({ smtpUrl, from }: { readonly smtpUrl: string; readonly from: string }) {
    super();
    this.transport = createTransport(
      {
        url: smtpUrl,
        pool: true,
        maxConnections: CONNECTIONS,
        // Who sends the letters tries again, and knows for how long.
        maxRequeues: 0,
        connectionTimeout: CONNECT_MS,
        greetingTimeout: CONNECT_MS,
        dnsTimeout: CONNECT_MS,
        socketTimeout: SILENCE_MS,
        requireTLS: new URL(smtpUrl).password !== '',
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from, headers: HEADERS },
    );
    // Each letter that fails says so itself. Without anybody who listens, an error between two would end the process.
    this.transport.on('error', () => undefined);
  }

  override async send({ to, subject, text, html }: Email): Promise<MailRefusal | null> {
    try {
      // As an object, an address is one address, whatever is in it.
      await this.transport.sendMail({ to: { name: '', address: to }, subject, text, html });
      return null;
    } catch (error) {
      return refusalOf(error);
    }
  }

  override close(): void {
    this.transport.close({ force: true });
  }
}

/** What a server says may name the address, so only its codes are kept: a 5yz is for good (RFC 5321 §4.2.1). */
function refusalOf(error: unknown): MailRefusal {
  if (!(error instanceof Error)) return { reason: 'unknown', isFinal: false };
  const code = 'code' in error ? String(error.code) : error.name;
  const status = 'responseCode' in error ? Number(error.responseCode) : null;
  return { reason: status === null ? code : `${code} ${status}`, isFinal: status !== null && status >= 500 };
}
