import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { RecordedMailer } from '../../../test/fakes/recorded-mailer.js';
import { waitFor } from '../../../test/support/wait-for.js';
import { composeEmail } from './email.js';
import { LogMailer } from './log-mailer.adapter.js';
import type { MailRefusal } from './mailer.js';
import { MailQueue } from './mail-queue.service.js';

const BUSY: MailRefusal = { reason: 'ECONNECTION', isFinal: false };
const to = (address: string) => composeEmail(address, 'Subject', ['Words']);

describe('the postman', () => {
  let mailer: RecordedMailer;
  let postman: MailQueue;
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
    // What goes wrong is told in the log alone.
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: unknown) => void warnings.push(String(message)));
    mailer = new RecordedMailer();
    postman = new MailQueue(mailer);
  });
  afterEach(async () => {
    await postman.onModuleDestroy();
    jest.restoreAllMocks();
  });

  const sent = (count: number) => waitFor(`${count} letters are sent`, () => mailer.sent.length === count);

  it('makes nothing before whoever asks is answered', async () => {
    let isAnswered = false;
    const makes: boolean[] = [];
    postman.enqueue(() => {
      makes.push(isAnswered);
      return Promise.resolve(to('a'));
    });
    await Promise.resolve();
    isAnswered = true;
    await sent(1);
    expect(makes).toEqual([true]);
  });

  it('makes one letter after the other, and sends nothing where there is nothing to say', async () => {
    let making = 0;
    for (const name of ['a', 'b', 'c']) {
      postman.enqueue(async () => {
        expect(++making).toBe(1);
        await new Promise(setImmediate);
        making--;
        return name === 'b' ? null : to(name);
      });
    }
    await sent(2);
    expect(mailer.sent.map((each) => each.to)).toEqual(['a', 'c']);
  });

  it('tries again what may work later, and goes on with the others meanwhile', async () => {
    mailer.answers.push(BUSY);
    postman.enqueue(() => Promise.resolve(to('a')));
    postman.enqueue(() => Promise.resolve(to('b')));
    await sent(2);
    expect(mailer.attempts.map((each) => each.to)).toEqual(['a', 'b', 'a']);
    expect(warnings).toEqual(['A mail is sent again in 500 ms: ECONNECTION']);
  });

  it('gives up what is refused for good, and what cannot be made, and says neither to whom nor what', async () => {
    mailer.answers.push({ reason: 'EENVELOPE 550', isFinal: true });
    postman.enqueue(() => Promise.resolve(to('a')));
    postman.enqueue(() => Promise.reject(new Error('the database is away')));
    postman.enqueue(() => Promise.resolve(to('c')));
    await sent(1);
    expect(mailer.attempts.map((each) => each.to)).toEqual(['a', 'c']);
    expect(warnings.sort()).toEqual([
      'A mail was not made: Error: the database is away',
      'A mail was not sent: EENVELOPE 550',
    ]);
  });

  it('holds a thousand letters, and drops what comes beyond', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    for (let n = 0; n < 1_002; n++) postman.enqueue(() => gate.then(() => to(`${n}`)));
    expect(warnings).toEqual(Array.from({ length: 2 }, () => 'A mail was not sent: too many are under way'));
    go();
    await sent(1_000);
  });

  it('sends what it has when it ends, in one last attempt, and takes nothing more', async () => {
    mailer.answers.push(BUSY, null, BUSY);
    postman.enqueue(() => Promise.resolve(to('waits')));
    await waitFor('one waits', () => warnings.length === 1);
    postman.enqueue(() => Promise.resolve(to('new')));
    postman.enqueue(() => Promise.resolve(to('unlucky')));
    await waitFor('another waits', () => warnings.length === 2);
    mailer.answers.push(null, BUSY);
    await postman.onModuleDestroy();
    expect(mailer.sent.map((each) => each.to)).toEqual(['new', 'waits']);
    expect(warnings.at(-1)).toBe('A mail was not sent: ECONNECTION');
    expect(mailer.isClosed).toBe(true);
    postman.enqueue(() => Promise.reject(new Error('nobody makes that')));
    expect(warnings.at(-1)).toBe('A mail was not sent: too many are under way');
  });

  it('makes nothing at all where no mail is sent', async () => {
    const none = new MailQueue(null);
    none.enqueue(() => Promise.reject(new Error('nobody makes that')));
    await none.onModuleDestroy();
    expect(warnings).toEqual([]);
  });
});

describe('the mailer of a developer', () => {
  it('shows the link in the log', async () => {
    const log: string[] = [];
    const mailer = new LogMailer({ info: (line: unknown) => void log.push(String(line)) });
    await mailer.send(
      composeEmail('ann@mail.example', 'Hello', [{ label: 'Go', url: 'http://localhost:3000/#token=x' }]),
    );
    mailer.close();
    expect(log.join()).toMatch(/ann@mail\.example[\s\S]+Hello[\s\S]+\nhttp:\/\/localhost:3000\/#token=x\n/);
  });
});
