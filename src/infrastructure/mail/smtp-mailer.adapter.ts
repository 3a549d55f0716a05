import { createTransport } from 'nodemailer';

import type { Email } from './email.js';
import { Mailer, type MailRefusal } from './mailer.js';

const MAX_CONNECTIONS = 2;
/** For DNS, for the connection, and for the server's greeting, each. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Of silence during a delivery. */
const SOCKET_TIMEOUT_MS = 30_000;

/** Suppresses automatic replies of vacation responders and mailing lists (RFC 3834 §5). */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Sends e-mails over SMTP (RFC 5321), through a small pool of kept connections. */
export class SmtpMailer extends Mailer {
  private readonly transport;

  /**
   * @param settings `smtpUrl`: `smtp://user:password@host:587` uses STARTTLS if offered, `smtps://…` uses TLS from the
   *   start; a password is sent over TLS only, unless the URL ends with `?requireTLS=false`. `from`: the sender,
   *   `Name <address>` or an address
   */
  constructor({ smtpUrl, from }: { readonly smtpUrl: string; readonly from: string }) {
    super();
    this.transport = createTransport(
      {
        url: smtpUrl,
        pool: true,
        maxConnections: MAX_CONNECTIONS,
        // `MailQueue` retries.
        maxRequeues: 0,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        greetingTimeout: CONNECT_TIMEOUT_MS,
        dnsTimeout: CONNECT_TIMEOUT_MS,
        socketTimeout: SOCKET_TIMEOUT_MS,
        requireTLS: new URL(smtpUrl).password !== '',
        disableFileAccess: true,
        disableUrlAccess: true,
      },
      { from, headers: HEADERS },
    );
    // A failed send rejects by itself. Without a listener, an error between two sends would end the process.
    this.transport.on('error', () => undefined);
  }

  override async send({ to, subject, text, html }: Email): Promise<MailRefusal | null> {
    try {
      // In object form the address is never parsed as a list of addresses.
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

/** Keeps only the codes, as the server's text may contain the address. 5yz is permanent (RFC 5321 §4.2.1). */
function refusalOf(error: unknown): MailRefusal {
  if (!(error instanceof Error)) return { reason: 'unknown', isFinal: false };
  const code = 'code' in error ? String(error.code) : error.name;
  const status = 'responseCode' in error ? Number(error.responseCode) : null;
  return { reason: status === null ? code : `${code} ${status}`, isFinal: status !== null && status >= 500 };
}
