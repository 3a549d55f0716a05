import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';

import { FakeClock } from '../../test/fakes/fake-clock.js';
import { FakePasswordHasher } from '../../test/fakes/fake-password-hasher.js';
import { RecordedEvents } from '../../test/fakes/recorded-events.js';
import { RecordedMailer } from '../../test/fakes/recorded-mailer.js';
import { InMemoryEmailTokenStore } from '../../test/in-memory/in-memory-email-token.store.js';
import { InMemorySessionStore } from '../../test/in-memory/in-memory-session.store.js';
import { InMemoryTables } from '../../test/in-memory/in-memory-tables.js';
import { InMemoryUserStore } from '../../test/in-memory/in-memory-user.store.js';
import { waitFor } from '../../test/support/wait-for.js';
import { AuthService } from '../auth/auth.service.js';
import { LoginThrottle } from '../auth/login-throttle.service.js';
import { RATES } from '../infrastructure/config/rates.js';
import { MailQueue } from '../infrastructure/mail/mail-queue.service.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { Tokens } from '../sessions/tokens.adapter.js';
import { AccountEmails } from './account-emails.service.js';
import { EmailLinks } from './email-links.service.js';
import { EmailService } from './email.service.js';
import { PasswordResetService } from './password-reset.service.js';

const HOUR = 3_600_000;
const PASSWORD = 'correct horse battery';
const EMAIL = 'ann@mail.example';
const REFUSED = { code: 'validation_failed', extra: { errors: [{ field: 'token', code: 'invalidToken' }] } };

describe('account recovery by e-mail', () => {
  let clock: FakeClock;
  let tables: InMemoryTables;
  let events: RecordedEvents;
  let passwords: FakePasswordHasher;
  let mailer: RecordedMailer;
  let queue: MailQueue;
  let auth: AuthService;
  let emails: EmailService;
  let resets: PasswordResetService;

  beforeEach(() => {
    clock = new FakeClock();
    tables = new InMemoryTables();
    events = new RecordedEvents();
    passwords = new FakePasswordHasher();
    mailer = new RecordedMailer();
    queue = new MailQueue(mailer, { warn: () => undefined });
    const users = new InMemoryUserStore(tables);
    const tokens = new InMemoryEmailTokenStore(tables);
    const signing = new Tokens(new JwtService(), {
      jwtKeys: [{ kid: 'k', secret: 's'.repeat(32) }],
      accessTokenTtlMs: HOUR,
    });
    const sessions = new SessionsService(new InMemorySessionStore(tables), signing, events, clock, 24 * HOUR);
    auth = new AuthService(users, passwords, sessions, events, clock, new LoginThrottle(new RateLimiter(null)));
    const links = new EmailLinks(tokens, clock, new RateLimiter(RATES), 'https://chat.example');
    const mails = new AccountEmails(events, queue, links, users);
    emails = new EmailService(auth, users, tokens, events, clock, mails);
    resets = new PasswordResetService(auth, sessions, tokens, events, clock, mails);
  });
  afterEach(() => queue.onModuleDestroy());

  const register = async (email: string | null = EMAIL) => {
    const { user, session } = await auth.register({ username: 'ann', password: PASSWORD, ...(email && { email }) });
    return { userId: user.id, sessionId: session.id };
  };
  /** The next mail, as `[to, subject, token]`. */
  const mail = async (): Promise<[to: string, subject: string, token: string]> => {
    await waitFor('a mail is sent', () => mailer.sent.length > 0);
    const { to, subject, text } = mailer.sent.shift()!;
    return [to, subject, /#token=(\S+)/.exec(text)?.[1] ?? ''];
  };
  /** Expects no further mail. Mails are composed in order, so earlier ones are sent before this job runs. */
  const nothingMore = async (): Promise<void> => {
    let isThrough = false;
    queue.enqueue(() => {
      isThrough = true;
      return Promise.resolve(null);
    });
    await waitFor('the queue is empty', () => isThrough);
    expect(mailer.sent).toEqual([]);
  };
  const tokenFor = async (subject: string): Promise<string> => {
    const [, said, token] = await mail();
    expect(said).toBe(subject);
    return token;
  };
  const verified = (userId: string) => tables.users.get(userId)?.emailVerified;

  it('verifies an address with a link that works for a day, more than once', async () => {
    const ann = await register();
    const [to, , token] = await mail();
    expect(to).toBe(EMAIL);
    clock.advance(24 * HOUR - 1);
    await emails.verify({ token });
    await emails.verify({ token });
    expect(verified(ann.userId)).toBe(true);
    clock.advance(1);
    await expect(emails.verify({ token })).rejects.toMatchObject(REFUSED);
    await nothingMore();
  });

  it('sends nothing to an account without an address', async () => {
    const ann = await register(null);
    emails.requestVerification(ann);
    resets.forgotten({ email: 'nobody@mail.example' });
    await auth.changePassword(ann, { currentPassword: PASSWORD, newPassword: 'another good one' });
    await nothingMore();
  });

  it('sets an address later, after checking the password', async () => {
    const ann = await register(null);
    await expect(emails.change(ann, { email: EMAIL, password: 'guessed' })).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
    expect(await emails.change(ann, { email: 'ANN@Mail.example', password: PASSWORD })).toMatchObject({
      email: EMAIL,
      emailVerified: false,
    });
    await emails.verify({ token: await tokenFor('Confirm your e-mail address') });
    expect(verified(ann.userId)).toBe(true);
    await nothingMore();
  });

  it('notifies the old address of a change only if it was verified, without naming the new one', async () => {
    const ann = await register();
    const token = await tokenFor('Confirm your e-mail address');
    await emails.change(ann, { email: 'typo@mail.example', password: PASSWORD });
    expect((await mail())[0]).toBe('typo@mail.example');
    await expect(emails.verify({ token })).rejects.toMatchObject(REFUSED);
    await emails.change(ann, { email: EMAIL, password: PASSWORD });
    await emails.verify({ token: (await mail())[2] });
    await emails.change(ann, { email: 'next@mail.example', password: PASSWORD });
    expect(await mail()).toEqual([EMAIL, 'Your e-mail address was changed', '']);
    await nothingMore();
  });

  it('resets the password with a link that works once, for an hour', async () => {
    const ann = await register();
    await mail();
    resets.forgotten({ email: 'Ann@Mail.Example' });
    resets.forgotten({ email: EMAIL });
    const [first, second] = [await tokenFor('Set a new password'), await tokenFor('Set a new password')];
    clock.advance(HOUR - 1);
    events.take();
    await resets.reset({ token: first, newPassword: 'another good one' });
    expect(events.take().map(({ name, event }) => [name, event.userId, event.reason])).toEqual([
      ['session.ended', ann.userId, 'password_changed'],
      ['password.changed', ann.userId, undefined],
    ]);
    expect(await mail()).toEqual([EMAIL, 'Your password was changed', '']);
    for (const token of [first, second]) {
      await expect(resets.reset({ token, newPassword: 'a third one' })).rejects.toMatchObject(REFUSED);
    }
    await expect(auth.login({ login: 'ann', password: 'another good one' }, '192.0.2.1')).resolves.toBeDefined();
    resets.forgotten({ email: EMAIL });
    const late = await tokenFor('Set a new password');
    clock.advance(HOUR);
    await expect(resets.reset({ token: late, newPassword: 'a third one' })).rejects.toMatchObject(REFUSED);
  });

  it('hashes no password for an invalid token', async () => {
    await register();
    passwords.hash = () => Promise.reject(new Error('work'));
    await expect(resets.reset({ token: 'A'.repeat(43), newPassword: PASSWORD })).rejects.toMatchObject(REFUSED);
  });

  it('sends at most three links of a kind in an hour, and deletes old tokens', async () => {
    await register();
    for (let n = 0; n < 5; n++) resets.forgotten({ email: EMAIL });
    for (let n = 0; n < 4; n++) await mail();
    await nothingMore();
    clock.advance(HOUR);
    resets.forgotten({ email: EMAIL });
    await tokenFor('Set a new password');
    clock.advance(25 * HOUR);
    resets.forgotten({ email: EMAIL });
    await tokenFor('Set a new password');
    expect(tables.mailTokens.size).toBe(1);
  });

  it('limits the mails to one address over all accounts that use it', async () => {
    for (let n = 0; n < RATES.letter.limit + 3; n++) {
      const { user } = await auth.register({ username: `ann${n}`, password: PASSWORD, email: EMAIL });
      if (n < RATES.letter.limit) await mail();
      else await nothingMore();
      tables.erase(user.id);
    }
  });

  it('rejects an address change confirmed with a password that is reset meanwhile', async () => {
    const actor = await register();
    await mail();
    resets.forgotten({ email: EMAIL });
    const token = await tokenFor('Set a new password');
    const matches = passwords.matches.bind(passwords);
    passwords.matches = async (...given) => {
      const isRight = await matches(...given);
      await resets.reset({ token, newPassword: 'another good one' });
      return isRight;
    };
    const change = emails.change(actor, { email: 'thief@mail.example', password: PASSWORD });
    await expect(change).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(tables.users.get(actor.userId)?.email).toBe(EMAIL);
  });

  it('stores neither the token nor the address', async () => {
    await register();
    const [, , token] = await mail();
    const kept = JSON.stringify([...tables.mailTokens.values()]);
    for (const secret of [token, EMAIL]) expect(kept).not.toContain(secret);
    expect(token).toMatch(/^[\w-]{43}$/);
  });
});
