import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';
import { PASSWORD } from '../clients/account.js';
import { type Answer, Rest } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, INVALID_CREDENTIALS, invalid } from '../support/problem.js';

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
