import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type Account, PASSWORD } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, invalid, NOT_FOUND, UNAUTHENTICATED } from '../support/problem.js';

let server: TestServer;
let reader: Account;
beforeAll(async () => {
  server = await TestServer.start();
  reader = await server.account('reader');
});
afterAll(() => server.stop());

describe('own profile', () => {
  it('equals the user of the registration, with the e-mail address', async () => {
    const { body: auth } = await server.rest.post('/auth/register', {
      username: 'own.profile',
      password: PASSWORD,
      email: 'Own.Profile@mail.example',
    });
    const { status, body } = await server.rest.as(auth.accessToken).get('/users/me');
    expect(status).toBe(200);
    expect(body).toEqual({ ...auth.user, email: 'own.profile@mail.example' });
  });

  it('changes the given fields only', async () => {
    const ann = await server.account();
    const avatarUrl = 'https://images.example/a/b.png?size=2#top';
    const first = await ann.rest.patch('/users/me', { displayName: '  Ann 🦊 ', avatarUrl, about: ' Hi,\nthere ' });
    const changed = { ...ann.auth.user, displayName: 'Ann 🦊', avatarUrl, about: 'Hi,\nthere' };
    expect(first).toMatchObject({ status: 200, body: changed });
    expect((await ann.rest.get('/users/me')).body).toEqual(changed);

    expect((await ann.rest.patch('/users/me', { about: null })).body).toEqual({ ...changed, about: null });
    expect((await ann.rest.patch('/users/me', {})).body).toEqual({ ...changed, about: null });
    expect((await ann.rest.patch('/users/me', { avatarUrl: null })).body).toEqual({
      ...changed,
      about: null,
      avatarUrl: null,
    });
    expect((await ann.rest.get('/users/me')).body).toEqual({ ...changed, about: null, avatarUrl: null });
  });

  it('stores a blank about as null', async () => {
    const ann = await server.account();
    for (const blank of ['', '   ', '\n\t ']) {
      await ann.rest.patch('/users/me', { about: 'something' });
      const { status, body } = await ann.rest.patch('/users/me', { about: blank });
      expect(status).toBe(200);
      expect(body.about).toBeNull();
    }
  });

  it('accepts fields up to their limits, counted in characters', async () => {
    const ann = await server.account();
    const full = {
      displayName: '🦊'.repeat(64),
      about: '🦊'.repeat(500),
      avatarUrl: `https://a.example/${'x'.repeat(2_030)}`,
    };
    expect(await ann.rest.patch('/users/me', full)).toMatchObject({ status: 200, body: full });
  });

  it.each<[string, Record<string, unknown>]>([
    ['displayName', { displayName: '' }],
    ['displayName', { displayName: '\u00a0\n' }],
    ['displayName', { displayName: null }],
    ['displayName', { displayName: '🦊'.repeat(65) }],
    ['displayName', { displayName: 'a\tb' }],
    ['displayName', { displayName: 'a\u0000b' }],
    ['displayName', { displayName: '\ud800' }],
    ['displayName', { displayName: ['Ann'] }],
    ['about', { about: 'x'.repeat(501) }],
    ['about', { about: 'bell\u0007' }],
    ['about', { about: 1 }],
    ['avatarUrl', { avatarUrl: '' }],
    ['avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
    ['avatarUrl', { avatarUrl: 'data:text/html,x' }],
    ['avatarUrl', { avatarUrl: '//images.example/a.png' }],
    ['avatarUrl', { avatarUrl: 'https://' }],
    ['avatarUrl', { avatarUrl: 'https://a b' }],
    ['avatarUrl', { avatarUrl: `https://a.example/${'x'.repeat(2_040)}` }],
    ['username', { username: 'someone_else' }],
    ['email', { email: 'new@mail.example' }],
    ['id', { id: '01999999-0000-7000-8000-000000000000' }],
  ])('rejects an invalid %s: %j', async (field, change) => {
    const before = (await reader.rest.get('/users/me')).body;
    expectProblem(await reader.rest.patch('/users/me', { about: 'changed', ...change }), invalid(field));
    expect((await reader.rest.get('/users/me')).body).toEqual(before);
  });

  it('requires a token', async () => {
    expectProblem(await server.rest.get('/users/me'), UNAUTHENTICATED);
    expectProblem(await server.rest.patch('/users/me', { about: 'x' }), UNAUTHENTICATED);
    expectProblem(await server.rest.get(`/users/${reader.id}`), UNAUTHENTICATED);
    expectProblem(await server.rest.get('/users?q=r'), UNAUTHENTICATED);
  });
});

describe('other profiles', () => {
  it('are visible without the e-mail address', async () => {
    const { body: auth } = await server.rest.post('/auth/register', {
      username: 'seen.by.others',
      password: PASSWORD,
      displayName: 'Someone',
      email: 'seen@mail.example',
    });
    const { email, emailVerified: _, ...shown } = auth.user;
    expect(email).toBe('seen@mail.example');
    expect(await reader.rest.get(`/users/${shown.id}`)).toMatchObject({ status: 200, body: shown });
    expect(Object.keys((await reader.rest.get(`/users/${shown.id}`)).body).sort()).toEqual(Object.keys(shown).sort());
    expect((await reader.rest.get(`/users/${shown.id.toUpperCase()}`)).body).toEqual(shown);
    expect((await server.rest.as(auth.accessToken).get(`/users/${shown.id}`)).body).toEqual(shown);
    expect((await reader.rest.get('/users?q=seen.by')).body).toEqual({ items: [shown], nextCursor: null });
    expect((await reader.rest.get('/users?q=seen@mail')).body).toEqual({ items: [], nextCursor: null });
  });

  it('are not_found for unknown ids, and invalid for malformed ids', async () => {
    expectProblem(await reader.rest.get('/users/01999999-0000-7000-8000-000000000000'), NOT_FOUND);
    for (const id of ['12', 'me2', `${reader.id}0`, '%27%20OR%201=1']) {
      expectProblem(await reader.rest.get(`/users/${id}`), invalid('id'));
    }
  });
});

describe('user search', () => {
  const person = async (username: string, displayName: string): Promise<string> => {
    const { status, body } = await server.rest.post('/auth/register', { username, password: PASSWORD, displayName });
    expect(status).toBe(201);
    return body.user.username;
  };
  const find = async (q: string, more = ''): Promise<Answer['body']> => {
    const { status, body } = await reader.rest.get(`/users?q=${encodeURIComponent(q)}${more}`);
    expect(status).toBe(200);
    return body;
  };
  const names = async (q: string): Promise<string[]> => {
    const { items } = await find(q);
    return items.map((user: { username: string }) => user.username);
  };

  beforeAll(async () => {
    await person('zoe.k', 'Karl Östlund');
    await person('zoe_l', 'Ölrun');
    await person('zoea1', 'Zoe Zoesdaughter');
    await person('quentin', 'ZOE of the North');
    await person('percent', '100% Zara');
    await person('unrelated', 'Not Zoe');
  });

  it('matches prefixes of username and display name, ignoring case, each user once', async () => {
    for (const q of ['zoe', 'ZOE', 'Zoe', '  zoe ']) {
      expect(await names(q)).toEqual(['quentin', 'zoe.k', 'zoe_l', 'zoea1']);
    }
    expect(await names('zoe of')).toEqual(['quentin']);
    expect(await names('daughter')).toEqual([]);
  });

  it('ignores case in every alphabet, but not accents', async () => {
    expect(await names('öl')).toEqual(['zoe_l']);
    expect(await names('ÖL'.normalize('NFD'))).toEqual(['zoe_l']);
    expect(await names('ol')).toEqual([]);
  });

  it('treats search operators as characters', async () => {
    expect(await names('zoe_')).toEqual(['zoe_l']);
    expect(await names('zoe.')).toEqual(['zoe.k']);
    expect(await names('100%')).toEqual(['percent']);
    for (const q of ['%', '_', 'z%', 'z_e', '%zoe', '*', 'zoe*', "'", '"', '\\', "zoe' OR '1'='1", '+zoe', '\u0000']) {
      expect(await names(q)).toEqual([]);
    }
  });

  it('finds nothing without a query', async () => {
    for (const path of ['/users', '/users?q=', '/users?q=%20']) {
      expect(await reader.rest.get(path)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    }
  });

  it('returns each user once, in pages', async () => {
    const found: string[] = [];
    let cursor = '';
    do {
      const page = await find('zoe', `&limit=1${cursor}`);
      expect(page.items).toHaveLength(1);
      found.push(page.items[0].username);
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '' && found.length < 10);
    expect(found).toEqual(['quentin', 'zoe.k', 'zoe_l', 'zoea1']);
    expect((await find('zoe', '&limit=4')).nextCursor).toBeNull();
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit=-1'],
    ['limit', 'limit=many'],
    ['q', `q=${'x'.repeat(101)}`],
    ['cursor', 'q=a&cursor=nonsense'],
    ['cursor', `q=a&cursor=${Buffer.from('["a","b"]').toString('base64url')}`],
    ['cursor', `cursor=${'x'.repeat(1_025)}`],
  ])('rejects an invalid %s: %s', async (field, query) => {
    expectProblem(await reader.rest.get(`/users?${query}`), invalid(field));
  });
});
