import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemorySignIn } from '../../test/in-memory/in-memory-sign-in.js';
import type { AuthResultView } from './auth.dto.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;

describe('AuthService sessions', () => {
  let app: InMemorySignIn;

  beforeEach(() => {
    app = new InMemorySignIn();
  });

  describe('refresh', () => {
    it('issues new tokens and extends the session', async () => {
      const first = await app.register();
      app.clock.advance(10 * MINUTE);
      const second = await app.refresh(first);
      expect(second.refreshToken).not.toBe(first.refreshToken);
      expect(second).toMatchObject({
        user: first.user,
        session: { id: first.session.id, lastSeenAt: '2026-11-20T10:10:00.000Z' },
        accessTokenExpiresAt: '2026-11-20T10:25:00.000Z',
        refreshTokenExpiresAt: '2027-01-19T10:10:00.000Z',
      });
      expect(await app.use(second)).toEqual({ userId: first.user.id, sessionId: first.session.id });
    });

    it('returns the same tokens to two tabs that race', async () => {
      const first = await app.register();
      const racing = await Promise.all([app.refresh(first), app.refresh(first), app.refresh(first)]);
      expect(new Set(racing.map(({ refreshToken }) => refreshToken)).size).toBe(1);
      await app.use(racing[0]);
      app.clock.advance(30 * SECOND);
      expect((await app.refresh(first)).refreshToken).toBe(racing[0].refreshToken);
      expect(app.endings()).toEqual([]);
    });

    it('issues one generation per refresh in a quick chain', async () => {
      const first = await app.register();
      const second = await app.refresh(first);
      const third = await app.refresh(second);
      expect((await app.refresh(first)).refreshToken).toBe(second.refreshToken);
      expect((await app.refresh(second)).refreshToken).toBe(third.refreshToken);
    });

    it('returns the same tokens again, days later, to a phone that lost the answer', async () => {
      const first = await app.register();
      const lost = await app.refresh(first);
      app.clock.advance(3 * DAY);
      const again = await app.refresh(first);
      expect(again.refreshToken).toBe(lost.refreshToken);
      expect(await app.use(again)).toMatchObject({ userId: first.user.id });
    });

    it('rejects the retired token once the new access token was used', async () => {
      const first = await app.register();
      const second = await app.refresh(first);
      await app.use(second);
      app.clock.advance(31 * SECOND);
      await expect(app.refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('rejects the retired token once the new access token was used on another node', async () => {
      const other = app.node();
      const first = await app.register();
      await app.use(first, other);
      const second = await app.refresh(first);
      await app.use(second, other);
      app.clock.advance(31 * SECOND);
      await expect(app.refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('rejects the retired token once the new refresh token was used', async () => {
      const first = await app.register();
      const second = await app.refresh(first);
      app.clock.advance(MINUTE);
      await app.refresh(second);
      app.clock.advance(31 * SECOND);
      await expect(app.refresh(first)).rejects.toMatchObject({ code: 'token_reused' });
    });

    it('accepts the retired token after a use of the old access token, which does not prove that the answer arrived', async () => {
      const first = await app.register();
      const lost = await app.refresh(first);
      await app.use(first);
      app.clock.advance(10 * MINUTE);
      expect((await app.refresh(first)).refreshToken).toBe(lost.refreshToken);
    });

    it('ends the session whose retired token is reused, no other, and publishes token_reused', async () => {
      const elsewhere = await app.register();
      const victim = await app.login();
      const second = await app.refresh(victim);
      await app.use(second);
      app.clock.advance(MINUTE);
      app.events.take();

      await expect(app.refresh(victim)).rejects.toMatchObject({ code: 'token_reused' });
      expect(app.endings()).toEqual([['session.ended', victim.session.id, 'token_reused']]);
      await expect(app.use(second)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.refresh(second)).rejects.toMatchObject({
        code: expect.stringMatching(/^(session_revoked|token_reused)$/),
      });
      await expect(app.use(elsewhere)).resolves.toMatchObject({ sessionId: elsewhere.session.id });
      await expect(app.refresh(elsewhere)).resolves.toMatchObject({ session: { id: elsewhere.session.id } });
    });

    it.each([
      ['garbage', () => 'not a token'],
      ['the access token', (held: AuthResultView) => held.accessToken],
      [
        'one of an unknown session',
        () => app.tokens.refreshToken({ id: '0199f0a0-0000-7000-8000-00000000dead', salt: 'x' }, 1),
      ],
      [
        'one made without the salt',
        (held: AuthResultView) => app.tokens.refreshToken({ id: held.session.id, salt: '' }, 1),
      ],
    ])('is refused with %s, and the session lives on', async (_case, forge) => {
      const held = await app.register();
      const forged = app.auth.refresh({ refreshToken: forge(held) });
      await expect(forged).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(app.endings()).toEqual([]);
      await expect(app.refresh(held)).resolves.toMatchObject({ session: { id: held.session.id } });
    });
  });

  describe('a session', () => {
    it('expires 60 days after the last refresh', async () => {
      const first = await app.register();
      app.clock.advance(59 * DAY);
      const second = await app.refresh(first);
      app.clock.advance(59 * DAY);
      await expect(app.use(second)).resolves.toMatchObject({ sessionId: first.session.id });
      app.clock.advance(DAY);
      await expect(app.use(second)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.refresh(second)).rejects.toMatchObject({ code: 'session_revoked' });
      expect(await app.sessions.endReason(first.session.id)).toBe('expired');
    });

    it('rejects a token that names another user', async () => {
      const [ann, ben] = [await app.register('ann'), await app.register('ben')];
      const mixed = app.sessions.authenticate({ ...app.claimsOf(ann), sub: ben.user.id });
      await expect(mixed).rejects.toMatchObject({ code: 'session_revoked' });
    });

    it('ends with a logout; other sessions continue', async () => {
      const [phone, tablet] = [await app.register(), await app.login()];
      expect(await app.sessions.endReason(phone.session.id)).toBeNull();
      await app.sessions.logout(await app.use(phone));
      expect(app.endings()).toEqual([['session.ended', phone.session.id, 'logged_out']]);
      await expect(app.use(phone)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.refresh(phone)).rejects.toMatchObject({ code: 'session_revoked' });
      expect(await app.sessions.endReason(phone.session.id)).toBe('logged_out');
      await expect(app.use(tablet)).resolves.toMatchObject({ sessionId: tablet.session.id });
    });

    it('ends with a logout of all sessions; those of other users continue', async () => {
      const [phone, ben] = [await app.register('ann'), await app.register('ben')];
      const tablet = await app.login();
      await app.sessions.logoutAll(await app.use(phone));
      expect(app.endings().sort()).toEqual(
        [phone, tablet].map(({ session }) => ['session.ended', session.id, 'logged_out']).sort(),
      );
      for (const ended of [phone, tablet])
        await expect(app.use(ended)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.use(ben)).resolves.toMatchObject({ userId: ben.user.id });
    });

    it('is revoked from another device', async () => {
      const [phone, lost] = [await app.register(), await app.login()];
      await app.sessions.revoke(await app.use(phone), lost.session.id);
      expect(app.endings()).toEqual([['session.ended', lost.session.id, 'revoked']]);
      await expect(app.use(lost)).rejects.toMatchObject({ code: 'session_revoked' });
      await expect(app.use(phone)).resolves.toMatchObject({ sessionId: phone.session.id });
    });

    it('of another user, or one that has ended, cannot be revoked: not_found', async () => {
      const [ann, ben] = [await app.register('ann'), await app.register('ben')];
      const [actor, over] = [await app.use(ann), await app.login()];
      await app.sessions.revoke(actor, over.session.id);
      app.events.take();
      for (const id of [ben.session.id, over.session.id, '0199f0a0-0000-7000-8000-00000000dead']) {
        await expect(app.sessions.revoke(actor, id)).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(app.endings()).toEqual([]);
      await expect(app.use(ben)).resolves.toMatchObject({ userId: ben.user.id });
    });

    it('is listed while active, oldest first, page by page', async () => {
      const opened = [await app.register()];
      for (const name of ['tablet', 'laptop', 'watch']) opened.push(await app.login({ name }));
      const actor = await app.use(opened[0]!);
      await app.sessions.revoke(actor, opened[2]!.session.id);
      const first = await app.sessions.list(actor, 2);
      const second = await app.sessions.list(actor, 2, first.nextCursor ?? '');
      const listed = [...first.items, ...second.items].map(({ id }) => id);
      expect(listed).toEqual([0, 1, 3].map((index) => opened[index]!.session.id));
      expect(second.nextCursor).toBeNull();
      await expect(app.sessions.list(actor, 2, 'foreign')).rejects.toMatchObject({ code: 'validation_failed' });
    });
  });
});
