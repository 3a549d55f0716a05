import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';

import { EmailLinks } from '../../src/account-recovery/email-links.service.js';
import { Database } from '../../src/infrastructure/database/database.js';
import { Account, PASSWORD } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { Mailbox, tokenOf } from '../harness/mailbox.js';
import { TestServer } from '../harness/server.js';
import { ShiftedClock } from '../support/clock.js';
import { linesTo } from '../support/log-lines.js';
import { expectProblem, INVALID_CREDENTIALS, invalid, SESSION_REVOKED } from '../support/problem.js';
import { waitFor } from '../support/wait-for.js';

const NEW_PASSWORD = 'a brand new password';
const HOUR = 3_600_000;
const VERIFY = /^Confirm/;
const RESET = /^Set a new password/;

let server: TestServer;
let mailbox: Mailbox;
let names = 0;
/** All log lines, at every level. */
const lines: string[] = [];

beforeAll(async () => {
  mailbox = await Mailbox.open();
  server = await TestServer.start(mailbox.environment, pino({ level: 'trace' }, linesTo(lines)));
});
afterAll(async () => {
  await server.stop();
  await mailbox.close();
});

const newAddress = (): string => `person${names++}.${Date.now().toString(36)}@mail.example`;
const me = async (account: Account): Promise<any> => (await account.rest.get('/users/me')).body;
const forgotten = (email: string) => server.rest.post('/auth/password/forgotten', { email });
const reset = (token: string, newPassword = NEW_PASSWORD) =>
  server.rest.post('/auth/password/reset', { token, newPassword });
const verify = (token: string) => server.rest.post('/auth/email/verify', { token });
const login = (account: Account, password: string) =>
  server.rest.post('/auth/login', { login: account.username, password });

/** A user with an e-mail address, whose first mail has arrived. */
async function person({ isVerified = true } = {}): Promise<{ account: Account; email: string; token: string }> {
  const account = await server.account('ann');
  const email = newAddress();
  await account.rest.put('/users/me/email', { email, password: PASSWORD });
  const token = tokenOf(await mailbox.next(email, VERIFY));
  if (isVerified) expect((await verify(token)).status).toBe(204);
  return { account, email, token };
}

/** Requests a password reset. @returns the token from the mail */
async function resetToken(email: string): Promise<string> {
  expect((await forgotten(email)).status).toBe(204);
  return tokenOf(await mailbox.next(email, RESET));
}

describe('e-mail address', () => {
  it('is verified by the link that is mailed to it, which may be opened twice', async () => {
    const email = newAddress();
    const username = `mail_${Date.now().toString(36)}`;
    const { body: auth } = await server.rest.post('/auth/register', { username, password: PASSWORD, email });
    expect(auth.user).toMatchObject({ email, emailVerified: false });
    const mail = await mailbox.next(email);
    expect(mail).toMatchObject({ from: 'chat@sender.example', to: [email] });
    const header = (name: string) => mail.headers.get(name);
    expect([header('from'), header('to'), header('subject')]).toEqual([
      ['GoChat <chat@sender.example>'],
      [email],
      ['Confirm your e-mail address'],
    ]);
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('content-type')?.[0]).toMatch(/^multipart\/alternative/);
    const token = tokenOf(mail);
    const link = `https://chat.example/app/verify-email#token=${token}`;
    expect(mail.text).toContain(`\n${link}\n`);
    expect(mail.html).toContain(`<a href="${link}">Confirm this address</a>`);
    expect(mail.html + mail.text).not.toContain(username);

    const mine = server.rest.as(auth.accessToken);
    expect((await mine.get('/users/me')).body.emailVerified).toBe(false);
    for (const _twice of [1, 2]) expect((await verify(token)).status).toBe(204);
    expect((await mine.get('/users/me')).body.emailVerified).toBe(true);
    expect((await mine.get('/users/me/export')).body.user).toMatchObject({ email, emailVerified: true });
    const stranger = await server.account();
    expect((await stranger.rest.get(`/users/${auth.user.id}`)).body).not.toHaveProperty('emailVerified');
  });

  it('gets another link on request until it is verified', async () => {
    const { account, email, token } = await person({ isVerified: false });
    expect((await account.rest.post('/auth/email/verification')).status).toBe(204);
    const again = tokenOf(await mailbox.next(email, VERIFY));
    expect(again).not.toBe(token);
    for (const each of [token, again]) expect((await verify(each)).status).toBe(204);
    expect((await account.rest.post('/auth/email/verification')).status).toBe(204);
    expect((await (await server.account()).rest.post('/auth/email/verification')).status).toBe(204);
    await person();
    expect(mailbox.count(email)).toBe(2);
  });

  it('is changed with the password; both addresses get a mail, and links to the old one become invalid', async () => {
    const { account, email, token } = await person();
    const change = (next: string, password = PASSWORD) =>
      account.rest.put('/users/me/email', { email: next, password });
    expectProblem(await change(newAddress(), 'not the password'), INVALID_CREDENTIALS);
    expectProblem(await change((await person()).email.toUpperCase()), { status: 409, code: 'email_taken' });
    expect((await change(email)).body).toMatchObject({ email, emailVerified: true });
    const stale = await resetToken(email);

    const next = newAddress();
    expect((await change(next.toUpperCase())).body).toEqual({
      ...(await me(account)),
      email: next,
      emailVerified: false,
    });
    const notice = await mailbox.next(email, /^Your e-mail address was changed/);
    expect(notice.text).not.toContain(next);
    const link = tokenOf(await mailbox.next(next, VERIFY));
    expectProblem(await verify(token), invalid('token'));
    expectProblem(await reset(stale), invalid('token'));
    expect((await me(account)).emailVerified).toBe(false);
    expect((await verify(link)).status).toBe(204);
    expect(await me(account)).toMatchObject({ email: next, emailVerified: true });
  });

  it.each([
    'ann@mail.example\r\nBcc: all@mail.example',
    'ann@mail.example\n',
    'ann@mail.example, ben@mail.example',
    'Ann <ann@mail.example>',
    '"a\r\nRCPT TO:<ben@mail.example>"@mail.example',
    'ann@mail.example> SIZE=1',
  ])('is refused everywhere as %j', async (email) => {
    const account = await server.account();
    expectProblem(await forgotten(email), invalid('email'));
    expectProblem(await account.rest.put('/users/me/email', { email, password: PASSWORD }), invalid('email'));
    const register = { username: `x${account.username}`.slice(0, 32), password: PASSWORD, email };
    expectProblem(await server.rest.post('/auth/register', register), invalid('email'));
  });
});

describe('password reset', () => {
  it('replaces the password, ends every session, and notifies the mailbox', async () => {
    const { account, email } = await person({ isVerified: false });
    const other = await account.login();
    const devices = [await account.connect(), await account.connect({ token: other.accessToken })];
    const [unused, token] = [await resetToken(email), await resetToken(email)];
    expectProblem(await reset(token, 'short'), invalid('newPassword'));
    expect((await reset(token)).status).toBe(204);
    for (const device of devices) {
      expect(await device.next('session:ended')).toEqual({ reason: 'password_changed' });
      await device.next('disconnect');
    }
    for (const { accessToken, refreshToken } of [account.auth, other]) {
      expectProblem(await server.rest.as(accessToken).get('/users/me'), SESSION_REVOKED);
      expectProblem(await server.rest.post('/auth/refresh', { refreshToken }), SESSION_REVOKED);
    }
    expectProblem(await login(account, PASSWORD), INVALID_CREDENTIALS);
    const { status, body } = await login(account, NEW_PASSWORD);
    expect({ status, isVerified: body.user.emailVerified }).toEqual({ status: 200, isVerified: true });
    for (const spent of [token, unused]) expectProblem(await reset(spent), invalid('token'));
    await mailbox.next(email, /^Your password was changed/);
  });

  it('becomes invalid after a password change, of which the mailbox is notified', async () => {
    const { account, email } = await person();
    const token = await resetToken(email);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await account.rest.post('/auth/password', change)).status).toBe(204);
    await mailbox.next(email, /^Your password was changed/);
    expectProblem(await reset(token, PASSWORD), invalid('token'));
    expect((await login(account, NEW_PASSWORD)).status).toBe(200);
  });

  it('succeeds once for concurrent uses of two links', async () => {
    const { account, email } = await person();
    const tokens = [await resetToken(email), await resetToken(email)];
    const passwords = [0, 1, 2, 3].map((n) => `${NEW_PASSWORD} ${n}`);
    const answers = await Promise.all(passwords.map((password, n) => reset(tokens[n % 2]!, password)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400, 400]);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)]!;
    expect((await login(account, winner)).status).toBe(200);
  });

  it('answers spent, expired, wrong and unknown tokens identically', async () => {
    const { email, token: toVerify } = await person({ isVerified: false });
    const { email: other } = await person();
    const [spent, late] = [await resetToken(other), await resetToken(email)];
    await reset(spent);
    const wordsOf = ({ status, body: { requestId: _, ...problem } }: Answer) => ({ status, problem });
    const answers = [await reset(spent), await reset(toVerify), await reset('x'), await reset('A'.repeat(43))];
    answers.push(await verify(late), await verify('A'.repeat(43)));
    const clock = new ShiftedClock(server);
    clock.ahead(HOUR + 1_000);
    answers.push(await reset(late));
    clock.ahead(24 * HOUR + 1_000);
    answers.push(await verify(toVerify));
    clock.reset();
    const [first, ...rest] = answers.map(wordsOf);
    expect(first).toMatchObject({
      status: 400,
      problem: { code: 'validation_failed', errors: [{ field: 'token', code: 'invalidToken' }] },
    });
    for (const each of rest) expect(each).toEqual(first);
    expect((await reset(late)).status).toBe(204);
  });

  it('answers identically for known and unknown addresses, before looking them up', async () => {
    const { email } = await person();
    const nobody = newAddress();
    const links = server.running.app.get(EmailLinks);
    const make = links.make.bind(links);
    let look = (): void => undefined;
    const looking = new Promise<void>((resolve) => (look = resolve));
    links.make = async (...input) => {
      await looking;
      return make(...input);
    };
    const answers = [await forgotten(nobody), await forgotten(email)];
    look();
    links.make = make;
    const wordsOf = ({ status, headers, body }: Answer) => ({ status, body, names: [...headers.keys()].sort() });
    expect(wordsOf(answers[0]!)).toEqual(wordsOf(answers[1]!));
    expect(answers[0]).toMatchObject({ status: 204, body: undefined });
    await mailbox.next(email, RESET);
    expect(mailbox.count(nobody)).toBe(0);
  });

  it('sends at most three links an hour to one mailbox', async () => {
    const { email } = await person();
    for (let n = 0; n < 6; n++) expect((await forgotten(email)).status).toBe(204);
    // Mails are created in order: when this one has arrived, all earlier ones have.
    const { email: after } = await person();
    await resetToken(after);
    const resets = mailbox.mails.filter(
      ({ to, headers }) => to.includes(email) && RESET.test(headers.get('subject')![0]!),
    );
    expect(resets).toHaveLength(3);
  });
});

describe('mailed link', () => {
  it('uses PUBLIC_URL for links, regardless of the Host header', async () => {
    const { email } = await person();
    const evil = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', origin: 'https://evil.example' };
    await server.rest.send('POST', '/auth/password/forgotten', { email }, evil);
    const mail = await mailbox.next(email, RESET);
    expect(mail.text).toContain(`https://chat.example/app/reset-password#token=${tokenOf(mail)}`);
    expect(mail.text + mail.html).not.toContain('evil.example');
  });

  it('is stored as a hash, and not logged', async () => {
    const { email, token } = await person({ isVerified: false });
    const forReset = await resetToken(email);
    const rows = JSON.stringify(await server.running.app.get(Database).rows('SELECT * FROM mail_tokens'));
    await reset(forReset);
    await verify(token);
    for (const secret of [token, forReset, email]) {
      expect(rows).not.toContain(secret);
      expect(lines.join('')).not.toContain(secret);
    }
  });
});

describe('mail server', () => {
  it('receives pending mail after an outage', async () => {
    const { port, environment } = await Mailbox.open().then(async (closed) => {
      const { port, environment } = closed;
      await closed.close();
      return { port, environment };
    });
    const waits: string[] = [];
    const alone = await server.beside(environment, pino({ level: 'warn' }, linesTo(waits)));
    const email = newAddress();
    const username = `late_${Date.now().toString(36)}`;
    await alone.rest.post('/auth/register', { username, password: PASSWORD, email });
    await waitFor('an attempt failed', () => waits.some((line) => line.includes('mail refused; retrying')));
    const back = await Mailbox.open(port);
    expect((await verify(tokenOf(await back.next(email)))).status).toBe(204);
    expect(waits.join('')).not.toContain(email);
    await alone.stop();
    await back.close();
  });
});

describe('GET /config', () => {
  it('reports that mail is configured', async () => {
    expect((await server.rest.get('/config')).body).toMatchObject({ mail: true });
  });
});
