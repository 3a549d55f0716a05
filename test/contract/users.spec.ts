import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { newUser, uniqueName } from '../fakes/row-factories.js';
import { everyPage, people, type Stores, STORES } from './stores.js';

describe.each(STORES)('users %s', (_, open) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await open();
  });
  afterAll(() => stores.close());

  it('stores an account as it was registered', async () => {
    const user = newUser({
      username: 'zoe.k_1',
      email: 'zoe@example.org',
      displayName: 'Zoë 🦊',
      passwordHash: 'secret',
    });
    const added = await stores.users.add(user);
    expect(added).toEqual({
      id: user.id,
      username: 'zoe.k_1',
      email: 'zoe@example.org',
      emailVerified: false,
      displayName: 'Zoë 🦊',
      avatarUrl: null,
      about: null,
      stateRev: 0,
      createdAt: '2026-11-20T12:00:00.123Z',
      deleted: false,
    });
    expect(await stores.users.byId(user.id)).toEqual(added);
    expect(await stores.users.credentials('zoe.k_1')).toEqual({ user: added, passwordHash: 'secret' });
    expect(await stores.users.credentials('zoe@example.org')).toEqual({ user: added, passwordHash: 'secret' });
    expect(await stores.users.passwordHash(user.id)).toBe('secret');
  });

  it.each(['nobody', 'nobody@example.org', 'éloïse', '🦊', "' OR 1=1 --", '%', ''])(
    'knows no account by the login %p',
    async (login) => {
      await people(stores, 1);
      expect(await stores.users.credentials(login)).toBeNull();
    },
  );

  it('compares logins exactly, without folding them', async () => {
    const username = uniqueName();
    await stores.users.add(newUser({ username }));
    expect(await stores.users.credentials(username.toUpperCase())).toBeNull();
  });

  it('rejects a username or an e-mail address that is taken, and stores nothing', async () => {
    const [username, email] = [uniqueName(), `${uniqueName()}@example.org`];
    await stores.users.add(newUser({ username, email }));
    const sameName = newUser({ username });
    const sameEmail = newUser({ email });
    await expect(stores.users.add(sameName)).rejects.toMatchObject({ code: 'username_taken' });
    await expect(stores.users.add(sameEmail)).rejects.toMatchObject({ code: 'email_taken' });
    expect(await stores.users.byIds([sameName.id, sameEmail.id])).toEqual([]);
  });

  it('gives a username to one of several concurrent registrations', async () => {
    const username = uniqueName();
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, () => stores.users.add(newUser({ username }))),
    );
    const winners = attempts.filter(({ status }) => status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'username_taken' });
    }
  });

  it('stores several accounts without an e-mail address', async () => {
    await expect(people(stores, 3)).resolves.toHaveLength(3);
  });

  it('finds the existing users among given ids', async () => {
    const [ann = '', ben = ''] = await people(stores, 2);
    const found = await stores.users.byIds([ben, ann, newUser().id]);
    expect(found.map(({ id }) => id).sort()).toEqual([ann, ben]);
    expect(await stores.users.byIds([])).toEqual([]);
    expect(await stores.users.byId(newUser().id)).toBeNull();
  });

  it('sets another e-mail address unless it is taken', async () => {
    const [old, next] = [`${uniqueName()}@example.org`, `${uniqueName()}@example.org`];
    const user = await stores.users.add(newUser({ email: old }));
    const changed = await stores.users.setEmail(user.id, next, 'hash');
    expect(changed).toEqual({ before: user, after: { ...user, email: next } });
    expect(await stores.users.byId(user.id)).toEqual(changed?.after);
    const other = await stores.users.add(newUser({ email: old }));
    await expect(stores.users.setEmail(user.id, old, 'hash')).rejects.toMatchObject({ code: 'email_taken' });
    expect(await stores.users.byId(user.id)).toEqual(changed?.after);
    expect((await stores.users.credentials(old))?.user.id).toBe(other.id);
    expect(await stores.users.setEmail(newUser().id, `${uniqueName()}@example.org`, 'hash')).toBeNull();
    expect(await stores.users.setEmail(user.id, `${uniqueName()}@example.org`, 'stale')).toBeNull();
    await stores.erase(user.id);
    expect(await stores.users.setEmail(user.id, `${uniqueName()}@example.org`, 'hash')).toBeNull();
  });

  it('changes the given fields of a profile and keeps the rest', async () => {
    const user = await stores.users.add(newUser({ displayName: 'Before' }));
    const once = await stores.users.update(user.id, { avatarUrl: 'https://example.org/a.png', about: 'Ünïcode\n🦊' });
    expect(once).toEqual({ ...user, avatarUrl: 'https://example.org/a.png', about: 'Ünïcode\n🦊' });
    const twice = await stores.users.update(user.id, { displayName: 'After', about: null });
    expect(twice).toEqual({ ...user, displayName: 'After', avatarUrl: 'https://example.org/a.png', about: null });
    expect(await stores.users.update(user.id, {})).toEqual(twice);
    expect(await stores.users.byId(user.id)).toEqual(twice);
    expect(await stores.users.update(newUser().id, { displayName: 'Nobody' })).toBeNull();
  });

  it('returns an erased account without personal data, and frees its username', async () => {
    const username = uniqueName();
    const user = await stores.users.add(newUser({ username, displayName: username }));
    await stores.erase(user.id);
    expect(await stores.users.byId(user.id)).toMatchObject({
      id: user.id,
      username: null,
      displayName: null,
      deleted: true,
    });
    expect(await stores.users.credentials(username)).toBeNull();
    expect(await stores.users.passwordHash(user.id)).toBeNull();
    expect(await stores.users.update(user.id, { displayName: 'Back' })).toBeNull();
    expect(await stores.users.search(username, '', 10)).toEqual([]);
    await expect(stores.users.add(newUser({ username }))).resolves.toMatchObject({ username });
  });

  describe('search', () => {
    const found = async (prefix: string, start = '', limit = 100) =>
      (await stores.users.search(prefix, start, limit)).map(({ username }) => username);

    it('matches the start of username or display name, each user once, ordered by username', async () => {
      const key = uniqueName('s');
      await stores.users.add(newUser({ username: `${key}_b`, displayName: `${key} twice` }));
      await stores.users.add(newUser({ username: `${key}_a`, displayName: 'Other' }));
      await stores.users.add(newUser({ username: `a_${key}`, displayName: `${key.toUpperCase()} Named` }));
      await stores.users.add(newUser({ username: `x_${key}`, displayName: `Not ${key}` }));
      expect(await found(key)).toEqual([`a_${key}`, `${key}_a`, `${key}_b`]);
      expect(await found(`${key}_`)).toEqual([`${key}_a`, `${key}_b`]);
      expect(await found(`${key}_c`)).toEqual([]);
    });

    it('matches a changed display name', async () => {
      const [before, now] = [uniqueName('before'), uniqueName('now')];
      const user = await stores.users.add(newUser({ displayName: before }));
      await stores.users.update(user.id, { displayName: now.toUpperCase() });
      expect(await found(before)).toEqual([]);
      expect(await found(now)).toEqual([user.username]);
    });

    it('matches names of every script, folded', async () => {
      const fox = await stores.users.add(newUser({ displayName: 'ÄRGER 🦊' }));
      await stores.users.add(newUser({ displayName: 'Arger' }));
      expect(await found('är')).toEqual([fox.username]);
      expect(await found('ärger 🦊')).toEqual([fox.username]);
      expect(await found('ärger 🦋')).toEqual([]);
    });

    it('matches wildcard characters literally', async () => {
      await people(stores, 2);
      expect(await found('%')).toEqual([]);
      expect(await found('us%')).toEqual([]);
      expect(await found('_')).toEqual([]);
    });

    it('returns every match once, page by page', async () => {
      const key = uniqueName('p');
      const names = Array.from({ length: 23 }, (_item, index) => `${key}_${String(index).padStart(2, '0')}`);
      for (const [index, username] of names.entries()) {
        await stores.users.add(newUser({ username, displayName: index % 2 ? `${key} and more` : 'Other' }));
      }
      const pages = await everyPage<string | null, string | null>(
        (start) => found(key, start ?? '', 5),
        (name) => name,
      );
      expect(pages).toEqual(names);
    });
  });
});
