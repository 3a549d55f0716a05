import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PASSWORD } from '../clients/account.js';
import { type Answer, Rest } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, INVALID_CREDENTIALS, invalid, NOT_FOUND, SESSION_REVOKED } from '../support/problem.js';

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
