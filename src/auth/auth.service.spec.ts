import { beforeEach, describe, expect, it } from '@jest/globals';

import { FakePasswordHasher } from '../../test/fakes/fake-password-hasher.js';
import { InMemorySignIn, PASSWORD, SOURCE } from '../../test/in-memory/in-memory-sign-in.js';

describe('AuthService', () => {
  let app: InMemorySignIn;

  beforeEach(() => {
    app = new InMemorySignIn();
  });

  describe('register', () => {
    it('creates an account and its first session', async () => {
      const result = await app.auth.register({
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
      expect(await app.use(result)).toEqual({ userId: result.user.id, sessionId: result.session.id });
    });

    it('uses the username as typed as the display name', async () => {
      expect((await app.register('Ann')).user).toMatchObject({ username: 'ann', displayName: 'Ann' });
    });

    it.each([
      ['a name that is blank', { displayName: ' \n ' }, 'validation_failed'],
      ['a name of two lines', { displayName: 'Ann\nK' }, 'validation_failed'],
      ['a username that exists in another case', { username: 'ANN' }, 'username_taken'],
      ['an e-mail address that exists in another case', { email: 'ANN@example.org' }, 'email_taken'],
    ])('refuses %s', async (_case, change, code) => {
      await app.auth.register({ username: 'ann', password: PASSWORD, email: 'ann@example.org' });
      const again = app.auth.register({ username: 'ben', password: PASSWORD, ...change });
      await expect(again).rejects.toMatchObject({ code });
      expect(app.tables.users.size).toBe(1);
    });
  });

  describe('login', () => {
    it.each(['ann', 'ANN', 'ann@example.org', 'Ann@Example.ORG'])('accepts %p as the login', async (name) => {
      const { user } = await app.auth.register({ username: 'ann', password: PASSWORD, email: 'ann@example.org' });
      expect((await app.auth.login({ login: name, password: PASSWORD }, SOURCE)).user).toEqual(user);
    });

    it('returns the same error for a wrong password and for an unknown login', async () => {
      await app.register();
      const attempts = await Promise.allSettled([
        app.auth.login({ login: 'ann', password: 'wrong password' }, SOURCE),
        app.auth.login({ login: 'nobody', password: PASSWORD }, SOURCE),
        app.auth.login({ login: 'nobody@example.org', password: PASSWORD }, SOURCE),
      ]);
      const reasons = attempts.map((attempt) => (attempt.status === 'rejected' ? attempt.reason : null));
      for (const reason of reasons) expect(reason).toMatchObject({ code: 'invalid_credentials' });
      expect(new Set(reasons.map(({ detail }) => detail)).size).toBe(1);
    });

    it('opens a session beside the existing ones', async () => {
      const [first, second] = [await app.register(), await app.login()];
      expect(second.session.id).not.toBe(first.session.id);
      expect([await app.use(first), await app.use(second)].map(({ userId }) => userId)).toEqual([
        first.user.id,
        first.user.id,
      ]);
      expect(app.endings()).toEqual([]);
    });

    it('replaces the session of the same device and publishes its end', async () => {
      const first = await app.register('ann', { id: 'phone' });
      const tablet = await app.login({ id: 'tablet' });
      const again = await app.login({ id: 'phone', name: 'Renamed' });
      expect(app.endings()).toEqual([['session.ended', first.session.id, 'replaced']]);
      await expect(app.use(first)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.refresh(first)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
      await expect(app.use(again)).resolves.toMatchObject({ sessionId: again.session.id });
    });
  });

  describe('changePassword', () => {
    it('takes effect at once and ends every other session', async () => {
      const [phone, tablet] = [await app.register(), await app.login()];
      await app.auth.changePassword(await app.use(phone), {
        currentPassword: PASSWORD,
        newPassword: 'another good one',
      });
      expect(app.endings()).toEqual([['session.ended', tablet.session.id, 'password_changed']]);
      await expect(app.use(phone)).resolves.toMatchObject({ sessionId: phone.session.id });
      await expect(app.use(tablet)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.login()).rejects.toMatchObject({ code: 'invalid_credentials' });
      await expect(app.auth.login({ login: 'ann', password: 'another good one' }, SOURCE)).resolves.toMatchObject({
        user: phone.user,
      });
    });

    it('ends a session opened by a concurrent login with the old password', async () => {
      const phone = await app.register();
      const actor = await app.use(phone);
      const passwords = new FakePasswordHasher();
      const slow = app.authWith(passwords);
      passwords.matches = async () => {
        await app.auth.changePassword(actor, { currentPassword: PASSWORD, newPassword: 'another good one' });
        return true;
      };
      const late = slow.login({ login: 'ann', password: PASSWORD }, SOURCE);
      await expect(late).rejects.toMatchObject({ code: 'invalid_credentials' });
      const { items } = await app.sessions.list(actor);
      expect(items.map(({ id }) => id)).toEqual([phone.session.id]);
    });

    it('accepts one of two concurrent changes', async () => {
      const [phone, tablet] = [await app.use(await app.register()), await app.use(await app.login())];
      const changes = await Promise.allSettled([
        app.auth.changePassword(phone, { currentPassword: PASSWORD, newPassword: 'another good one' }),
        app.auth.changePassword(tablet, { currentPassword: PASSWORD, newPassword: 'yet another good one' }),
      ]);
      expect(changes).toEqual([
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: expect.objectContaining({ code: 'invalid_credentials' }) },
      ]);
      await expect(app.auth.login({ login: 'ann', password: 'another good one' }, SOURCE)).resolves.toBeDefined();
    });

    it('rejects a wrong current password', async () => {
      const [phone, tablet] = [await app.register(), await app.login()];
      const change = app.auth.changePassword(await app.use(phone), {
        currentPassword: 'guessed',
        newPassword: 'another good one',
      });
      await expect(change).rejects.toMatchObject({ code: 'invalid_credentials' });
      expect(app.endings()).toEqual([]);
      await expect(app.use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
      await expect(app.login()).resolves.toMatchObject({ user: phone.user });
    });
  });
});
