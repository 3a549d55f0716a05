import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { tokenHash, type EmailTokenKind, newToken } from '../../src/account-recovery/email-token.js';
import { newId } from '../../src/common/ids.js';
import { after, newUser, NOON, uniqueName } from '../fakes/row-factories.js';
import { type Stores, STORES, upTo } from './stores.js';

const HOUR = 3_600_000;

describe.each(STORES)('tokens that are sent by mail, %s', (_, open) => {
  let stores: Stores;
  let ann = '';
  let email = '';
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    email = `${uniqueName()}@example.org`;
    ({ id: ann } = await stores.users.add(newUser({ email, passwordHash: 'old' })));
  });
  afterAll(() => stores.close());

  const add = (kind: EmailTokenKind, hash: string, { at = NOON, life = HOUR, max = 100, userId = ann } = {}) =>
    stores.mailTokens.add(
      { hash, kind, userId, createdAt: at, expiresAt: new Date(at.getTime() + life) },
      { max, since: new Date(at.getTime() - HOUR) },
    );
  const added = async (kind: EmailTokenKind, more: Parameters<typeof add>[2] = {}): Promise<string> => {
    const hash = tokenHash(newToken());
    expect(await add(kind, hash, more)).not.toBeNull();
    return hash;
  };
  const verified = async (userId = ann) => (await stores.users.byId(userId))?.emailVerified;
  const opened = async (userId = ann): Promise<string> => {
    const id = newId();
    await stores.sessions.add({
      id,
      userId,
      deviceId: null,
      deviceName: null,
      platform: 'other',
      salt: 'A'.repeat(43),
      generation: 1,
      confirmed: 1,
      rotations: [],
      createdAt: NOON,
      lastSeenAt: NOON,
      expiresAt: after(60 * 24 * HOUR),
      ended: null,
    });
    return id;
  };

  it('are issued for the address of the account, and not without one', async () => {
    expect(await add('verify', tokenHash(newToken()))).toBe(email);
    expect(await add('reset', tokenHash(newToken()))).toBe(email);
    const { id: nowhere } = await stores.users.add(newUser());
    for (const userId of [nowhere, newId()]) expect(await add('reset', tokenHash(newToken()), { userId })).toBeNull();
    await stores.erase(ann);
    expect(await add('reset', tokenHash(newToken()))).toBeNull();
  });

  it('are limited per kind and period, also under concurrent requests', async () => {
    const racing = await Promise.all(upTo(8).map(() => add('reset', tokenHash(newToken()), { max: 3 })));
    expect(racing.filter((to) => to !== null)).toHaveLength(3);
    expect(await add('reset', tokenHash(newToken()), { max: 3, at: after(HOUR - 1) })).toBeNull();
    expect(await add('verify', tokenHash(newToken()), { max: 3 })).toBe(email);
    expect(await add('reset', tokenHash(newToken()), { max: 3, at: after(HOUR) })).toBe(email);
  });

  it('count towards the limit after their use', async () => {
    await stores.mailTokens.resetPassword(await added('reset'), 'new', after(1));
    expect(await add('reset', tokenHash(newToken()), { max: 1, at: after(2) })).toBeNull();
  });

  describe('to verify an address', () => {
    it('verify it until they expire, more than once', async () => {
      const hash = await added('verify');
      expect(await verified()).toBe(false);
      expect(await stores.mailTokens.verifyEmail(hash, after(HOUR))).toBe(false);
      expect(await verified()).toBe(false);
      for (const at of [0, 1, HOUR - 1]) expect(await stores.mailTokens.verifyEmail(hash, after(at))).toBe(true);
      expect(await verified()).toBe(true);
      expect(await stores.users.setEmail(ann, email, 'old')).toMatchObject({ after: { emailVerified: true } });
    });

    it('are not issued once it is verified', async () => {
      await stores.mailTokens.verifyEmail(await added('verify'), NOON);
      expect(await add('verify', tokenHash(newToken()))).toBeNull();
    });

    it('are invalid once the address has changed', async () => {
      const [old, stale] = [await added('verify'), await added('verify')];
      await stores.mailTokens.verifyEmail(old, NOON);
      await stores.users.setEmail(ann, `${uniqueName()}@example.org`, 'old');
      expect(await verified()).toBe(false);
      for (const hash of [old, stale]) expect(await stores.mailTokens.verifyEmail(hash, NOON)).toBe(false);
      expect(await verified()).toBe(false);
      expect(await stores.mailTokens.verifyEmail(await added('verify'), NOON)).toBe(true);
    });
  });

  describe('to set a password', () => {
    const isGood = (hash: string, at = 0) => stores.mailTokens.isGood('reset', hash, after(at));
    const reset = (hash: string, at = 0) => stores.mailTokens.resetPassword(hash, 'new', after(at));

    it('set it once, end every session, and verify the address', async () => {
      const { id: ben } = await stores.users.add(newUser({ email: `${uniqueName()}@example.org` }));
      const [one, two, bens] = [await opened(), await opened(), await opened(ben)];
      const over = await opened();
      await stores.sessions.end(ann, { only: over }, 'logged_out', NOON);
      const [hash, other, foreign] = [
        await added('reset'),
        await added('reset'),
        await added('reset', { userId: ben }),
      ];
      expect(await isGood(hash)).toBe(true);
      const done = await reset(hash, 5);
      expect({ ...done, ended: [...(done?.ended ?? [])].sort() }).toEqual({ userId: ann, ended: [one, two].sort() });
      expect(await stores.users.passwordHash(ann)).toBe('new');
      expect(await verified()).toBe(true);
      const ends = await Promise.all([one, two, over, bens].map((id) => stores.sessions.byId(id)));
      expect(ends.map((session) => session?.ended)).toEqual([
        'password_changed',
        'password_changed',
        'logged_out',
        null,
      ]);
      for (const spent of [hash, other]) {
        expect(await isGood(spent, 5)).toBe(false);
        expect(await reset(spent, 5)).toBeNull();
      }
      expect(await isGood(foreign, 5)).toBe(true);
    });

    it('are accepted from one of several concurrent requests', async () => {
      const [hash, other] = [await added('reset'), await added('reset')];
      const attempts = upTo(8).map((n) => stores.mailTokens.resetPassword(n % 2 ? hash : other, `new ${n}`, NOON));
      const done = (await Promise.all(attempts))
        .map((outcome, at) => (outcome ? `new ${at + 1}` : null))
        .filter(Boolean);
      expect(done).toHaveLength(1);
      expect(await stores.users.passwordHash(ann)).toBe(done[0]);
    });

    it.each<[string, number, () => Promise<unknown>]>([
      ['an hour later', HOUR, async () => undefined],
      [
        'once the password has changed',
        0,
        () => stores.sessions.changePassword(ann, { found: 'old', next: 'another', keep: '' }, NOON),
      ],
      ['once the address has changed', 0, () => stores.users.setEmail(ann, `${uniqueName()}@example.org`, 'old')],
      ['once the account is erased', 0, () => stores.erase(ann)],
    ])('are invalid %s', async (_case, at, happen) => {
      const hash = await added('reset');
      await happen();
      expect(await isGood(hash, at)).toBe(false);
      expect(await reset(hash, at)).toBeNull();
    });

    it('are rejected for the other purpose, as is an unknown token', async () => {
      const [toReset, toVerify] = [await added('reset'), await added('verify')];
      expect(await stores.mailTokens.verifyEmail(toReset, NOON)).toBe(false);
      for (const hash of [toVerify, tokenHash(newToken()), '']) {
        expect(await isGood(hash)).toBe(false);
        expect(await reset(hash)).toBeNull();
      }
      expect(await stores.users.passwordHash(ann)).toBe('old');
    });
  });

  it('are deleted some time after they have expired', async () => {
    const [gone, kept] = [await added('verify', { life: 10 }), await added('verify', { life: 20 })];
    await stores.mailTokens.forget(after(11));
    expect(await stores.mailTokens.verifyEmail(gone, after(5))).toBe(false);
    expect(await stores.mailTokens.verifyEmail(kept, after(5))).toBe(true);
  });
});
