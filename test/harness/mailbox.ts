import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

import { SMTPServer } from 'smtp-server';

import { waitFor } from '../support/wait-for.js';

/** A received mail, its parts decoded. */
interface Mail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** By lower-case name; all values in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
  readonly html: string;
}

/** An SMTP server on loopback that accepts and keeps every mail. */
export class Mailbox {
  readonly mails: Mail[] = [];
  private readonly taken = new Set<Mail>();

  private constructor(private readonly server: SMTPServer) {}

  /** @param port default: a free port */
  static async open(port = 0): Promise<Mailbox> {
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      onData: (stream, { envelope }, done) => {
        readText(stream).then((raw) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          mailbox.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), ...parsed(raw) });
          done();
        }, done);
      },
    });
    const mailbox = new Mailbox(server);
    // A client may disconnect in the middle of a transaction.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return mailbox;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Environment variables for a server that sends its mail here. */
  get environment(): Record<string, string> {
    return {
      SMTP_URL: `smtp://127.0.0.1:${this.port}`,
      MAIL_FROM: 'GoChat <chat@sender.example>',
      PUBLIC_URL: 'https://chat.example/app',
    };
  }

  /** Waits for the next mail to that address with that subject. Each mail is returned once. */
  async next(to: string, subject: RegExp = /./): Promise<Mail> {
    const find = (): Mail | undefined =>
      this.mails.find(
        (mail) => !this.taken.has(mail) && mail.to.includes(to) && subject.test(mail.headers.get('subject')?.[0] ?? ''),
      );
    await waitFor(`mail to ${to}`, () => find() !== undefined);
    const mail = find()!;
    this.taken.add(mail);
    return mail;
  }

  /** The number of mails to that address. */
  count(to: string): number {
    return this.mails.filter((mail) => mail.to.includes(to)).length;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

/** The token in the link of a mail. */
export function tokenOf({ text }: Mail): string {
  const [, token] = /#token=([\w-]{43})$/m.exec(text) ?? [];
  if (token === undefined) throw new Error(`no link in ${text}`);
  return token;
}

function parsed(raw: string): Pick<Mail, 'headers' | 'text' | 'html'> {
  const [head, body] = split(raw);
  const headers = fieldsOf(head);
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type')?.[0] ?? '')?.[1] ?? 'none';
  const parts = body.split(`--${boundary}`).slice(1, -1).map(split);
  const part = (type: string): string => {
    const [fields = '', content = ''] = parts.find(([fields]) => fields.includes(type)) ?? [];
    return decoded(fieldsOf(fields).get('content-transfer-encoding')?.[0] ?? '7bit', content).replaceAll('\r\n', '\n');
  };
  return { headers, text: part('text/plain'), html: part('text/html') };
}

function split(raw: string): [head: string, body: string] {
  const at = raw.indexOf('\r\n\r\n');
  return [raw.slice(0, at).trim(), raw.slice(at + 4)];
}

function fieldsOf(head: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [name = '', ...value] = line.split(':');
    fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value.join(':').trim()]);
  }
  return fields;
}

function decoded(encoding: string, content: string): string {
  if (encoding === 'base64') return Buffer.from(content, 'base64').toString();
  if (encoding !== 'quoted-printable') return content;
  const bytes = content
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
