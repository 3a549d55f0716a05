import { beforeEach, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';

import { FakeClock } from '../../test/fakes/fake-clock.js';
import { FakePasswordHasher } from '../../test/fakes/fake-password-hasher.js';
import { RecordedEvents } from '../../test/fakes/recorded-events.js';
import { InMemorySessionStore } from '../../test/in-memory/in-memory-session.store.js';
import { InMemoryTables } from '../../test/in-memory/in-memory-tables.js';
import { InMemoryUserStore } from '../../test/in-memory/in-memory-user.store.js';
import type { Actor } from '../common/actor.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type AccessClaims, Tokens } from '../sessions/tokens.adapter.js';
import type { AuthResultView, DeviceInfo } from './auth.dto.js';
import { AuthService } from './auth.service.js';
import { LoginThrottle } from './login-throttle.service.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;
const PASSWORD = 'correct horse battery';
const PLACE = '192.0.2.7';

describe('signing in', () => {
  let clock: FakeClock;
  let events: RecordedEvents;
  let tables: InMemoryTables;
  let tokens: Tokens;
  let sessions: SessionsService;
  let auth: AuthService;

  /** One more node of the same deployment: it shares what is stored, and nothing that it remembers. */
  const node = () => new SessionsService(new InMemorySessionStore(tables), tokens, events, clock, 60 * DAY);

  beforeEach(() => {
    clock = new FakeClock(new Date('2026-11-20T10:00:00.000Z'));
    events = new RecordedEvents();
    tables = new InMemoryTables();
    tokens = new Tokens(new JwtService(), {
      jwtKeys: [{ kid: 'k', secret: 's'.repeat(32) }],
      accessTokenTtlMs: 15 * MINUTE,
    });
    sessions = node();
    auth = new AuthService(
      new InMemoryUserStore(tables),
      new FakePasswordHasher(),
      sessions,
      events,
      clock,
      new LoginThrottle(new RateLimiter(null)),
    );
  });

  const register = (username = 'ann', device?: DeviceInfo) => auth.register({ username, password: PASSWORD, device });
  const login = (device?: DeviceInfo) => auth.login({ login: 'ann', password: PASSWORD, device }, PLACE);
  const refresh = (held: AuthResultView) => auth.refresh({ refreshToken: held.refreshToken });
  const claimsOf = ({ accessToken }: AuthResultView): AccessClaims =>
    JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  /** What any request with the access token does first. */
  const use = (held: AuthResultView, at = sessions): Promise<Actor> => at.authenticate(claimsOf(held));
  const endings = () =>
    events
      .take()
      .filter(({ name }) => name === 'session.ended')
      .map(({ name, event }) => [name, event.sessionId, event.reason]);

  describe('a registration', () => {
    it('makes an account and its first session', async () => {
      const result = await auth.register({
        username: 'Ann.K',
        password: PASSWORD,
        email: 'Ann@Example.org',
        displayName: ' Ann\u00a0',
        device: { id: 'phone-1', name: 'Ann’s phone', platform: 'ios' },
      });
      expect(result).toEqual({
        user: {
          id: result.user.id,
          username: 'ann.k',
          displayName: 'Ann',
          avatarUrl: null,
          about: null,
          createdAt: '2026-11-20T10:00:00.000Z',
          deleted: false,
          email: 'ann@example.org',
          emailVerified: false,
        },
        session: {
          id: result.session.id,
          deviceName: 'Ann’s phone',
          platform: 'ios',
          createdAt: '2026-11-20T10:00:00.000Z',
          lastSeenAt: '2026-11-20T10:00:00.000Z',
        },
        accessToken: expect.any(String),
        accessTokenExpiresAt: '2026-11-20T10:15:00.000Z',
        refreshToken: expect.any(String),
        refreshTokenExpiresAt: '2027-01-19T10:00:00.000Z',
      });
      expect(await use(result)).toEqual({ userId: result.user.id, sessionId: result.session.id });
    });

    it('shows the username, as typed, until there is another name', async () => {
      expect((await register('Ann')).user).toMatchObject({ username: 'ann', displayName: 'Ann' });
    });

    it.each([
      ['a name that is blank', { displayName: ' \n ' }, 'validation_failed'],
      ['a name of two lines', { displayName: 'Ann\nK' }, 'validation_failed'],
      ['a username that somebody has in other letters', { username: 'ANN' }, 'username_taken'],
      ['an e-mail address that somebody has in other letters', { email: 'ANN@example.org' }, 'email_taken'],
    ])('refuses %s', async (_case, change, code) => {
      await auth.register({ username: 'ann', password: PASSWORD, email: 'ann@example.org' });
      const again = auth.register({ username: 'ben', password: PASSWORD, ...change });
      await expect(again).rejects.toMatchObject({ code });
      expect(tables.users.size).toBe(1);
    });
  });

  describe('a log-in', () => {
    it.each(['ann', 'ANN', 'ann@example.org', 'Ann@Example.ORG'])('takes %p for a login', async (name) => {
      const { user } = await auth.register({ username: 'ann', password: PASSWORD, email: 'ann@example.org' });
      expect((await auth.login({ login: name, password: PASSWORD }, PLACE)).user).toEqual(user);
    });

    it('says the same of a wrong password and an unknown login', async () => {
      await register();
      const attempts = await Promise.allSettled([
        auth.login({ login: 'ann', password: 'wrong password' }, PLACE),
        auth.login({ login: 'nobody', password: PASSWORD }, PLACE),
        auth.login({ login: 'nobody@example.org', password: PASSWORD }, PLACE),
      ]);
      const reasons = attempts.map((attempt) => (attempt.status === 'rejected' ? attempt.reason : null));
      for (const reason of reasons) expect(reason).toMatchObject({ code: 'invalid_credentials' });
      expect(new Set(reasons.map(({ detail }) => detail)).size).toBe(1);
    });

    it('is a session of its own beside the others', async () => {
      const [first, second] = [await register(), await login()];
      expect(second.session.id).not.toBe(first.session.id);
      expect([await use(first), await use(second)].map(({ userId }) => userId)).toEqual([first.user.id, first.user.id]);
      expect(endings()).toEqual([]);
    });

    it('on the same device replaces that device’s session, and tells it so', async () => {
      const first = await register('ann', { id: 'phone' });
      const tablet = await login({ id: 'tablet' });
      const again = await login({ id: 'phone', name: 'Renamed' });
      expect(endings()).toEqual([['session.ended', first.session.id, 'replaced']]);
      await expect(use(first)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(refresh(first)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
      await expect(use(again)).resolves.toMatchObject({ sessionId: again.session.id });
    });
  });

  describe('a refresh', () => {
    it('gives new tokens, and a new life to the session', async () => {
      const first = await register();
      clock.advance(10 * MINUTE);
      const second = await refresh(first);
      expect(second.refreshToken).not.toBe(first.refreshToken);
      expect(second).toMatchObject({
        user: first.user,
        session: { id: first.session.id, lastSeenAt: '2026-11-20T10:10:00.000Z' },
        accessTokenExpiresAt: '2026-11-20T10:25:00.000Z',
        refreshTokenExpiresAt: '2027-01-19T10:10:00.000Z',
      });
      expect(await use(second)).toEqual({ userId: first.user.id, sessionId: first.session.id });
    });

    it('gives the same successor to tabs that race', async () => {
      const first = await register();
      const racing = await Promise.all([refresh(first), refresh(first), refresh(first)]);
      expect(new Set(racing.map(({ refreshToken }) => refreshToken)).size).toBe(1);
      await use(racing[0]);
      clock.advance(30 * SECOND);
      expect((await refresh(first)).refreshToken).toBe(racing[0].refreshToken);
      expect(endings()).toEqual([]);
    });

    it('gives each its own successor in a quick chain', async () => {
      const first = await register();
      const second = await refresh(first);
      const third = await refresh(second);
      expect((await refresh(first)).refreshToken).toBe(second.refreshToken);
      expect((await refresh(second)).refreshToken).toBe(third.refreshToken);
    });

    it('gives the same successor again, days later, to a phone that lost the answer', async () => {
      const first = await register();
      const lost = await refresh(first);
      clock.advance(3 * DAY);
      const again = await refresh(first);
      expect(again.refreshToken).toBe(lost.refreshToken);
      expect(await use(again)).toMatchObject({ userId: first.user.id });
    });

    it('forgives a lost answer no more once its access token was used', async () => {
      const first = await register();
      const second = await refresh(first);
      await use(second);
      clock.advance(31 * SECOND);
      await expect(refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('forgives a lost answer no more once its access token was used on another node', async () => {
      const other = node();
      const first = await register();
      await use(first, other);
      const second = await refresh(first);
      await use(second, other);
      clock.advance(31 * SECOND);
      await expect(refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('forgives a lost answer no more once its refresh token was used', async () => {
      const first = await register();
      const second = await refresh(first);
      clock.advance(MINUTE);
      await refresh(second);
      clock.advance(31 * SECOND);
      await expect(refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('still forgives it after the old access token was used: that says nothing of the answer', async () => {
      const first = await register();
      const lost = await refresh(first);
      await use(first);
      clock.advance(10 * MINUTE);
      expect((await refresh(first)).refreshToken).toBe(lost.refreshToken);
    });

    it('by a thief ends that session, and no other, and tells it so', async () => {
      const elsewhere = await register();
      const victim = await login();
      const second = await refresh(victim);
      await use(second);
      clock.advance(MINUTE);
      events.take();

      await expect(refresh(victim)).rejects.toMatchObject({ code: 'token_reused' });
      expect(endings()).toEqual([['session.ended', victim.session.id, 'token_reused']]);
      await expect(use(second)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(refresh(second)).rejects.toMatchObject({
        code: expect.stringMatching(/^(session_revoked|token_reused)$/),
      });
      await expect(use(elsewhere)).resolves.toMatchObject({ sessionId: elsewhere.session.id });
      await expect(refresh(elsewhere)).resolves.toMatchObject({ session: { id: elsewhere.session.id } });
    });

    it.each([
      ['garbage', () => 'not a token'],
      ['the access token', (held: AuthResultView) => held.accessToken],
      [
        'one of an unknown session',
        () => tokens.refreshToken({ id: '0199f0a0-0000-7000-8000-00000000dead', salt: 'x' }, 1),
      ],
      [
        'one made without the salt',
        (held: AuthResultView) => tokens.refreshToken({ id: held.session.id, salt: '' }, 1),
      ],
    ])('is refused with %s, and the session lives on', async (_case, forge) => {
      const held = await register();
      const forged = auth.refresh({ refreshToken: forge(held) });
      await expect(forged).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(endings()).toEqual([]);
      await expect(refresh(held)).resolves.toMatchObject({ session: { id: held.session.id } });
    });
  });

  describe('a session', () => {
    it('slides along with each refresh, and expires 60 days after the last', async () => {
      const first = await register();
      clock.advance(59 * DAY);
      const second = await refresh(first);
      clock.advance(59 * DAY);
      await expect(use(second)).resolves.toMatchObject({ sessionId: first.session.id });
      clock.advance(DAY);
      await expect(use(second)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(refresh(second)).rejects.toMatchObject({ code: 'session_revoked' });
      expect(await sessions.endReason(first.session.id)).toBe('expired');
    });

    it('belongs to its user: a token that says otherwise is refused', async () => {
      const [ann, ben] = [await register('ann'), await register('ben')];
      const mixed = sessions.authenticate({ ...claimsOf(ann), sub: ben.user.id });
      await expect(mixed).rejects.toMatchObject({ code: 'session_revoked' });
    });

    it('ends with a logout, and the others stay', async () => {
      const [phone, tablet] = [await register(), await login()];
      expect(await sessions.endReason(phone.session.id)).toBeNull();
      await sessions.logout(await use(phone));
      expect(endings()).toEqual([['session.ended', phone.session.id, 'logged_out']]);
      await expect(use(phone)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(refresh(phone)).rejects.toMatchObject({ code: 'session_revoked' });
      expect(await sessions.endReason(phone.session.id)).toBe('logged_out');
      await expect(use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
    });

    it('ends with a logout everywhere, and nobody else’s does', async () => {
      const [phone, ben] = [await register('ann'), await register('ben')];
      const tablet = await login();
      await sessions.logoutAll(await use(phone));
      expect(endings().sort()).toEqual(
        [phone, tablet].map(({ session }) => ['session.ended', session.id, 'logged_out']).sort(),
      );
      for (const ended of [phone, tablet]) await expect(use(ended)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(use(ben)).resolves.toMatchObject({ userId: ben.user.id });
    });

    it('can be revoked from another device', async () => {
      const [phone, lost] = [await register(), await login()];
      await sessions.revoke(await use(phone), lost.session.id);
      expect(endings()).toEqual([['session.ended', lost.session.id, 'revoked']]);
      await expect(use(lost)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(use(phone)).resolves.toMatchObject({ sessionId: phone.session.id });
    });

    it('of somebody else, or one that is over, is not there to be revoked', async () => {
      const [ann, ben] = [await register('ann'), await register('ben')];
      const [actor, over] = [await use(ann), await login()];
      await sessions.revoke(actor, over.session.id);
      events.take();
      for (const id of [ben.session.id, over.session.id, '0199f0a0-0000-7000-8000-00000000dead']) {
        await expect(sessions.revoke(actor, id)).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(endings()).toEqual([]);
      await expect(use(ben)).resolves.toMatchObject({ userId: ben.user.id });
    });

    it('is listed among the living, oldest first, page by page', async () => {
      const opened = [await register()];
      for (const name of ['tablet', 'laptop', 'watch']) opened.push(await login({ name }));
      const actor = await use(opened[0]!);
      await sessions.revoke(actor, opened[2]!.session.id);
      const first = await sessions.list(actor, 2);
      const second = await sessions.list(actor, 2, first.nextCursor ?? '');
      const listed = [...first.items, ...second.items].map(({ id }) => id);
      expect(listed).toEqual([0, 1, 3].map((index) => opened[index]!.session.id));
      expect(second.nextCursor).toBeNull();
      await expect(sessions.list(actor, 2, 'foreign')).rejects.toMatchObject({ code: 'validation_failed' });
    });
  });

  describe('a new password', () => {
    it('counts from now on, and ends every other session', async () => {
      const [phone, tablet] = [await register(), await login()];
      await auth.changePassword(await use(phone), { currentPassword: PASSWORD, newPassword: 'another good one' });
      expect(endings()).toEqual([['session.ended', tablet.session.id, 'password_changed']]);
      await expect(use(phone)).resolves.toMatchObject({ sessionId: phone.session.id });
      await expect(use(tablet)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(login()).rejects.toMatchObject({ code: 'invalid_credentials' });
      await expect(auth.login({ login: 'ann', password: 'another good one' }, PLACE)).resolves.toMatchObject({
        user: phone.user,
      });
    });

    it('leaves no session to a log-in that is under way with the old one', async () => {
      const phone = await register();
      const actor = await use(phone);
      const passwords = new FakePasswordHasher();
      const slow = new AuthService(
        new InMemoryUserStore(tables),
        passwords,
        sessions,
        events,
        clock,
        new LoginThrottle(new RateLimiter(null)),
      );
      passwords.matches = async () => {
        await auth.changePassword(actor, { currentPassword: PASSWORD, newPassword: 'another good one' });
        return true;
      };
      const late = slow.login({ login: 'ann', password: PASSWORD }, PLACE);
      await expect(late).rejects.toMatchObject({ code: 'invalid_credentials' });
      const { items } = await sessions.list(actor);
      expect(items.map(({ id }) => id)).toEqual([phone.session.id]);
    });

    it('is set by one of those who change the same one at once', async () => {
      const [phone, tablet] = [await use(await register()), await use(await login())];
      const changes = await Promise.allSettled([
        auth.changePassword(phone, { currentPassword: PASSWORD, newPassword: 'another good one' }),
        auth.changePassword(tablet, { currentPassword: PASSWORD, newPassword: 'yet another good one' }),
      ]);
      expect(changes).toEqual([
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: expect.objectContaining({ code: 'invalid_credentials' }) },
      ]);
      await expect(auth.login({ login: 'ann', password: 'another good one' }, PLACE)).resolves.toBeDefined();
    });

    it('needs the current one', async () => {
      const [phone, tablet] = [await register(), await login()];
      const change = auth.changePassword(await use(phone), {
        currentPassword: 'guessed',
        newPassword: 'another good one',
      });
      await expect(change).rejects.toMatchObject({ code: 'invalid_credentials' });
      expect(endings()).toEqual([]);
      await expect(use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
      await expect(login()).resolves.toMatchObject({ user: phone.user });
    });
  });
});
