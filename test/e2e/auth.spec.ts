import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';
import { PASSWORD } from '../clients/account.js';
import { expectProblem, INVALID_CREDENTIALS, invalid, NOT_FOUND, SESSION_REVOKED } from '../support/problem.js';
import { type Answer, Rest } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

let server: TestServer;
let names = 0;
const newName = (): string => `auth_${Date.now().toString(36)}_${names++}`;
const register = (body: object): Promise<Answer> => server.rest.post('/auth/register', body);
const login = (name: string, password = PASSWORD, device?: object): Promise<Answer> =>
  server.rest.post('/auth/login', { login: name, password, ...(device && { device }) });
const authenticated = (auth: Answer['body']): Rest => server.rest.as(auth.accessToken);

beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

describe('registration', () => {
  it('returns 201 with the user, the first session and both tokens', async () => {
    const name = newName();
    const before = Date.now();
    const { status, body } = await register({
      username: name.toUpperCase(),
      password: PASSWORD,
      displayName: ' Ann Åkesson ',
      email: `${name}@Mail.Example`,
      device: { id: 'phone-1', name: 'Ann’s phone', platform: 'ios' },
    });

    expect(status).toBe(201);
    expect(body).toEqual({
      user: {
        id: UUID,
        username: name,
        displayName: 'Ann Åkesson',
        avatarUrl: null,
        about: null,
        createdAt: TIME,
        deleted: false,
        email: `${name}@mail.example`,
        emailVerified: false,
      },
      session: { id: UUID, deviceName: 'Ann’s phone', platform: 'ios', createdAt: TIME, lastSeenAt: TIME },
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      accessTokenExpiresAt: TIME,
      refreshToken: expect.stringMatching(/^[\w-]{43,}$/),
      refreshTokenExpiresAt: TIME,
    });
    const lifeOf = (time: string): number => Date.parse(time) - before;
    expect(lifeOf(body.accessTokenExpiresAt)).toBeGreaterThan(14 * MINUTE);
    expect(lifeOf(body.accessTokenExpiresAt)).toBeLessThan(16 * MINUTE);
    expect(lifeOf(body.refreshTokenExpiresAt)).toBeGreaterThanOrEqual(60 * DAY);
    expect(lifeOf(body.refreshTokenExpiresAt)).toBeLessThan(60 * DAY + MINUTE);
    expect((await authenticated(body).get('/users/me')).body).toEqual(body.user);
  });

  it('requires only a username and a password', async () => {
    const name = newName();
    const { status, body } = await register({ username: name, password: PASSWORD });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({ username: name, displayName: name, email: null });
    expect(body.session).toMatchObject({ deviceName: null, platform: 'other' });
  });

  it('accepts every username character, and passwords of 8 to 128 characters of any kind', async () => {
    for (const [username, password] of [
      [`a.b_9.${newName()}`, 'ü'.repeat(8)],
      [newName(), '👩‍👩‍👧 spaces, too '.padEnd(128, 'x')],
    ] as const) {
      expect(await register({ username, password })).toMatchObject({ status: 201 });
      expect(await login(username, password)).toMatchObject({ status: 200 });
    }
  });

  it.each([
    ['username', { username: 'ab' }],
    ['username', { username: 'a'.repeat(33) }],
    ['username', { username: 'no spaces' }],
    ['username', { username: 'ümlaut' }],
    ['username', { username: 'new\nline' }],
    ['password', { password: 'seven77' }],
    ['password', { password: 'x'.repeat(129) }],
    ['email', { email: 'nobody' }],
    ['email', { email: `${'a'.repeat(250)}@b.example` }],
    ['displayName', { displayName: '   ' }],
    ['displayName', { displayName: 'x'.repeat(65) }],
    ['displayName', { displayName: 'two\nlines' }],
    ['device.platform', { device: { platform: 'fridge' } }],
    ['device.color', { device: { color: 'red' } }],
    ['role', { role: 'admin' }],
  ])('rejects an invalid %s: %j', async (field, fault) => {
    const username = newName();
    expectProblem(await register({ username, password: PASSWORD, ...fault }), invalid(field));
    expectProblem(await login(username), INVALID_CREDENTIALS);
  });

  it('rejects a taken username, ignoring case', async () => {
    const username = newName();
    await register({ username, password: PASSWORD });
    const taken = { status: 409, code: 'username_taken' };
    expectProblem(await register({ username, password: PASSWORD }), taken);
    expectProblem(await register({ username: username.toUpperCase(), password: PASSWORD }), taken);
  });

  it('rejects a taken e-mail address, ignoring case', async () => {
    const email = `${newName()}@mail.example`;
    await register({ username: newName(), password: PASSWORD, email });
    const username = newName();
    expectProblem(await register({ username, password: PASSWORD, email: email.toUpperCase() }), {
      status: 409,
      code: 'email_taken',
    });
    expectProblem(await login(username), INVALID_CREDENTIALS);
  });

  it.each([
    ['username', 'username_taken', () => ({ username: shared })],
    ['e-mail address', 'email_taken', () => ({ username: newName(), email: `${shared}@mail.example` })],
  ])('gives a contested %s to one of ten concurrent requests', async (_, code, body) => {
    shared = newName();
    const answers = await Promise.all(Array.from({ length: 10 }, () => register({ password: PASSWORD, ...body() })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, { status: 409, code });
  });
  let shared = '';
});

describe('log-in', () => {
  it.each([
    ['username', (name: string) => name],
    ['username in another case', (name: string) => name.toUpperCase()],
    ['e-mail address', (name: string) => `${name}@mail.example`],
    ['e-mail address in another case', (name: string) => `${name}@MAIL.Example`],
  ])('accepts a %s', async (_, as) => {
    const username = newName();
    const { body: registered } = await register({ username, password: PASSWORD, email: `${username}@mail.example` });
    const { status, body } = await login(as(username), PASSWORD, { name: 'Laptop', platform: 'desktop' });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(Object.keys(registered).sort());
    expect(body.user).toEqual(registered.user);
    expect(body.session).toMatchObject({ deviceName: 'Laptop', platform: 'desktop' });
    expect(body.session.id).not.toBe(registered.session.id);
  });

  it('accepts the password in another Unicode normalization form', async () => {
    const username = newName();
    await register({ username, password: 'Zo\u00eb’s cat'.normalize('NFC') });
    expect((await login(username, 'Zo\u00eb’s cat'.normalize('NFD'))).status).toBe(200);
  });

  it('answers an unknown name and a wrong password identically', async () => {
    const username = newName();
    await register({ username, password: PASSWORD, email: `${username}@mail.example` });
    const answers = [
      await login(username, 'not the password'),
      await login(newName(), PASSWORD),
      await login(`${username}@mail.example`, 'not the password'),
      await login(`${newName()}@mail.example`, PASSWORD),
      await login(username, PASSWORD.toUpperCase()),
    ];
    for (const answer of answers) expectProblem(answer, INVALID_CREDENTIALS);
    const words = answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }));
    expect(new Set(words).size).toBe(1);
  });

  it('checks one password hash for an unknown name, as for a wrong password', async () => {
    const username = newName();
    await register({ username, password: PASSWORD });
    const passwords = server.running.app.get(PasswordHasher);
    const matches = passwords.matches.bind(passwords);
    const checked: (string | null)[] = [];
    passwords.matches = (password, hash) => {
      checked.push(hash);
      return matches(password, hash);
    };
    await login(newName(), 'not the password');
    await login(username, 'not the password');
    passwords.matches = matches;
    expect(checked).toEqual([null, expect.stringMatching(/^\$argon2id\$/)]);
  });
});

describe('session list', () => {
  it('lists the user’s sessions page by page, without secrets', async () => {
    const username = newName();
    const { body: first } = await register({ username, password: PASSWORD, device: { name: 'One', platform: 'ios' } });
    const { body: second } = await login(username, PASSWORD, { name: 'Two', platform: 'web' });
    const { body: third } = await login(username, PASSWORD);
    await register({ username: newName(), password: PASSWORD });

    const all = await authenticated(first).get('/auth/sessions');
    expect(all.status).toBe(200);
    expect(all.body).toEqual({ items: [first.session, second.session, third.session], nextCursor: null });

    const page = await authenticated(second).get('/auth/sessions?limit=2');
    expect(page.body).toEqual({ items: [first.session, second.session], nextCursor: expect.any(String) });
    const rest = await authenticated(second).get(`/auth/sessions?limit=2&cursor=${page.body.nextCursor}`);
    expect(rest.body).toEqual({ items: [third.session], nextCursor: null });
  });

  it('revokes one other session by its id', async () => {
    const username = newName();
    const { body: phone } = await register({ username, password: PASSWORD });
    const { body: lost } = await login(username);
    const { body: laptop } = await login(username);

    const answer = await authenticated(phone).delete(`/auth/sessions/${lost.session.id}`);
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expectProblem(await authenticated(lost).get('/users/me'), SESSION_REVOKED);
    expectProblem(await server.rest.post('/auth/refresh', { refreshToken: lost.refreshToken }), SESSION_REVOKED);
    const { body: left } = await authenticated(phone).get('/auth/sessions');
    expect(left.items).toEqual([phone.session, laptop.session]);
    expect((await authenticated(laptop).get('/users/me')).status).toBe(200);
  });

  it('answers not_found for a session that is foreign, ended or unknown', async () => {
    const { body: ann } = await register({ username: newName(), password: PASSWORD });
    const benName = newName();
    const { body: ben } = await register({ username: benName, password: PASSWORD });
    const { body: over } = await login(benName);
    await authenticated(over).post('/auth/logout');

    for (const id of [ann.session.id, over.session.id, '01999999-0000-7000-8000-000000000000']) {
      expectProblem(await authenticated(ben).delete(`/auth/sessions/${id}`), NOT_FOUND);
    }
    expectProblem(await authenticated(ben).delete('/auth/sessions/last'), invalid('id'));
    expect((await authenticated(ann).get('/users/me')).status).toBe(200);
  });

  it('rejects an invalid limit or cursor', async () => {
    const { body: ann } = await register({ username: newName(), password: PASSWORD });
    for (const [field, value] of [
      ['limit', '0'],
      ['limit', '101'],
      ['limit', 'ten'],
      ['cursor', 'x'],
      ['cursor', 'bnVsbA'],
    ]) {
      expectProblem(await authenticated(ann).get(`/auth/sessions?${field}=${value}`), invalid(field!));
    }
  });

  it('replaces the session of the same user and device only', async () => {
    const [username, other] = [newName(), newName()];
    const device = { id: 'installation-7', name: 'Phone' };
    const { body: old } = await register({ username, password: PASSWORD, device });
    const { body: tablet } = await login(username, PASSWORD, { id: 'installation-8' });
    const { body: stranger } = await register({ username: other, password: PASSWORD, device });

    const { body: renewed } = await login(username, PASSWORD, device);
    expect(renewed.session.id).not.toBe(old.session.id);
    expectProblem(await authenticated(old).get('/users/me'), SESSION_REVOKED);
    expectProblem(await server.rest.post('/auth/refresh', { refreshToken: old.refreshToken }), SESSION_REVOKED);
    for (const alive of [tablet, stranger, renewed]) {
      expect((await authenticated(alive).get('/users/me')).status).toBe(200);
    }
  });

  it('keeps one session when one device logs in five times at once', async () => {
    const username = newName();
    const { body: first } = await register({ username, password: PASSWORD });
    const logins = await Promise.all(Array.from({ length: 5 }, () => login(username, PASSWORD, { id: 'same' })));
    expect(logins.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const { body } = await authenticated(first).get('/auth/sessions');
    expect(body.items).toHaveLength(2);
    const statuses = await Promise.all(
      logins.map(async ({ body: auth }) => (await authenticated(auth).get('/users/me')).status),
    );
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401]);
  });
});

describe('log-out', () => {
  it('ends the current session only', async () => {
    const username = newName();
    const { body: phone } = await register({ username, password: PASSWORD });
    const { body: laptop } = await login(username);
    expect(await authenticated(phone).post('/auth/logout')).toMatchObject({ status: 204, body: undefined });
    expectProblem(await authenticated(phone).get('/users/me'), SESSION_REVOKED);
    expectProblem(await authenticated(phone).post('/auth/logout'), SESSION_REVOKED);
    expectProblem(await server.rest.post('/auth/refresh', { refreshToken: phone.refreshToken }), SESSION_REVOKED);
    expect((await authenticated(laptop).get('/auth/sessions')).body.items).toEqual([laptop.session]);
  });

  it('ends all sessions of the user with logout-all', async () => {
    const username = newName();
    const { body: stranger } = await register({ username: newName(), password: PASSWORD });
    const { body: phone } = await register({ username, password: PASSWORD });
    const { body: laptop } = await login(username);
    expect(await authenticated(laptop).post('/auth/logout-all')).toMatchObject({ status: 204, body: undefined });
    for (const auth of [phone, laptop]) {
      expectProblem(await authenticated(auth).get('/users/me'), SESSION_REVOKED);
      expectProblem(await server.rest.post('/auth/refresh', { refreshToken: auth.refreshToken }), SESSION_REVOKED);
    }
    expect((await authenticated(stranger).get('/users/me')).status).toBe(200);
    expect((await login(username)).status).toBe(200);
  });
});

describe('password change', () => {
  it('accepts the new password from then on, and ends the other sessions', async () => {
    const username = newName();
    const { body: phone } = await register({ username, password: PASSWORD });
    const { body: laptop } = await login(username);
    const change = { currentPassword: PASSWORD, newPassword: 'battery staple horse' };

    expect(await authenticated(phone).post('/auth/password', change)).toMatchObject({ status: 204, body: undefined });
    expectProblem(await authenticated(laptop).get('/users/me'), SESSION_REVOKED);
    expectProblem(await server.rest.post('/auth/refresh', { refreshToken: laptop.refreshToken }), SESSION_REVOKED);
    expect((await authenticated(phone).get('/auth/sessions')).body.items).toEqual([phone.session]);
    expect((await server.rest.post('/auth/refresh', { refreshToken: phone.refreshToken })).status).toBe(200);
    expectProblem(await login(username), INVALID_CREDENTIALS);
    expect((await login(username, change.newPassword)).status).toBe(200);
  });

  it('requires the current password', async () => {
    const username = newName();
    const { body: phone } = await register({ username, password: PASSWORD });
    const { body: laptop } = await login(username);
    const change = { currentPassword: 'not the password', newPassword: 'battery staple horse' };
    expectProblem(await authenticated(phone).post('/auth/password', change), INVALID_CREDENTIALS);
    expect((await authenticated(laptop).get('/users/me')).status).toBe(200);
    expect((await login(username)).status).toBe(200);
  });

  it('requires a valid new password', async () => {
    const username = newName();
    const { body: phone } = await register({ username, password: PASSWORD });
    for (const newPassword of ['seven77', 'x'.repeat(129)]) {
      const answer = await authenticated(phone).post('/auth/password', { currentPassword: PASSWORD, newPassword });
      expectProblem(answer, invalid('newPassword'));
    }
    expect((await login(username)).status).toBe(200);
  });
});
