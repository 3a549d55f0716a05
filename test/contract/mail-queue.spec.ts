import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { composeEmail } from '../../src/infrastructure/mail/email.js';
import { LogMailer } from '../../src/infrastructure/mail/log-mailer.adapter.js';
import { MailQueue } from '../../src/infrastructure/mail/mail-queue.service.js';
import type { MailRefusal } from '../../src/infrastructure/mail/mailer.js';
import { RecordedMailer } from '../fakes/recorded-mailer.js';
import { waitFor } from '../support/wait-for.js';

const BUSY: MailRefusal = { reason: 'ECONNECTION', isFinal: false };
const QUEUE_FULL = 'mail dropped: queue full or closing';
const to = (address: string) => composeEmail(address, 'Subject', ['Words']);

describe('MailQueue', () => {
  let mailer: RecordedMailer;
  let queue: MailQueue;
  const warnings: unknown[][] = [];
  const log = { warn: (...line: unknown[]) => void warnings.push(line) };
  beforeEach(() => {
    warnings.length = 0;
    mailer = new RecordedMailer();
    queue = new MailQueue(mailer, log);
  });
  afterEach(async () => {
    await queue.onModuleDestroy();
  });

  const sent = (count: number) => waitFor(`${count} e-mails are sent`, () => mailer.sent.length === count);

  it('composes an e-mail only after the current request was answered', async () => {
    let isAnswered = false;
    const composed: boolean[] = [];
    queue.enqueue(() => {
      composed.push(isAnswered);
      return Promise.resolve(to('a'));
    });
    await Promise.resolve();
    isAnswered = true;
    await sent(1);
    expect(composed).toEqual([true]);
  });

  it('composes one e-mail at a time and sends nothing for null', async () => {
    let composing = 0;
    for (const name of ['a', 'b', 'c']) {
      queue.enqueue(async () => {
        expect(++composing).toBe(1);
        await new Promise(setImmediate);
        composing--;
        return name === 'b' ? null : to(name);
      });
    }
    await sent(2);
    expect(mailer.sent.map((each) => each.to)).toEqual(['a', 'c']);
  });

  it('retries a temporary refusal and sends other e-mails meanwhile', async () => {
    mailer.answers.push(BUSY);
    queue.enqueue(() => Promise.resolve(to('a')));
    queue.enqueue(() => Promise.resolve(to('b')));
    await sent(2);
    expect(mailer.attempts.map((each) => each.to)).toEqual(['a', 'b', 'a']);
    expect(warnings).toEqual([[{ reason: 'ECONNECTION', delayMs: 500 }, 'mail refused; retrying']]);
  });

  it('drops an e-mail that is refused for good or cannot be composed, and logs neither address nor content', async () => {
    mailer.answers.push({ reason: 'EENVELOPE 550', isFinal: true });
    queue.enqueue(() => Promise.resolve(to('a')));
    queue.enqueue(() => Promise.reject(new Error('the database is away')));
    queue.enqueue(() => Promise.resolve(to('c')));
    await sent(1);
    expect(mailer.attempts.map((each) => each.to)).toEqual(['a', 'c']);
    expect(warnings).toHaveLength(2);
    expect(warnings).toEqual(
      expect.arrayContaining([
        [{ reason: 'Error: the database is away' }, 'mail dropped: composing failed'],
        [{ reason: 'EENVELOPE 550' }, 'mail dropped: refused'],
      ]),
    );
  });

  it('holds a thousand e-mails and drops further ones', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    for (let n = 0; n < 1_002; n++) queue.enqueue(() => released.then(() => to(`${n}`)));
    expect(warnings).toEqual(Array.from({ length: 2 }, () => [QUEUE_FULL]));
    release();
    await sent(1_000);
  });

  it('makes one last attempt for each e-mail at shutdown and accepts no new ones', async () => {
    mailer.answers.push(BUSY, null, BUSY);
    queue.enqueue(() => Promise.resolve(to('waits')));
    await waitFor('one e-mail waits for its retry', () => warnings.length === 1);
    queue.enqueue(() => Promise.resolve(to('new')));
    queue.enqueue(() => Promise.resolve(to('unlucky')));
    await waitFor('two e-mails wait for their retry', () => warnings.length === 2);
    mailer.answers.push(null, BUSY);
    await queue.onModuleDestroy();
    expect(mailer.sent.map((each) => each.to)).toEqual(['new', 'waits']);
    expect(warnings.at(-1)).toEqual([{ reason: 'ECONNECTION' }, 'mail dropped: refused']);
    expect(mailer.isClosed).toBe(true);
    queue.enqueue(() => Promise.reject(new Error('must not be composed')));
    expect(warnings.at(-1)).toEqual([QUEUE_FULL]);
  });

  it('composes nothing without a mailer', async () => {
    const none = new MailQueue(null, log);
    none.enqueue(() => Promise.reject(new Error('must not be composed')));
    await none.onModuleDestroy();
    expect(warnings).toEqual([]);
  });
});

describe('LogMailer', () => {
  it('writes the e-mail with its link to the log', async () => {
    const log: string[] = [];
    const mailer = new LogMailer({ info: (line: unknown) => void log.push(String(line)) });
    await mailer.send(
      composeEmail('ann@mail.example', 'Hello', [{ label: 'Go', url: 'http://localhost:3000/#token=x' }]),
    );
    mailer.close();
    expect(log.join()).toMatch(/ann@mail\.example[\s\S]+Hello[\s\S]+\nhttp:\/\/localhost:3000\/#token=x\n/);
  });
});
