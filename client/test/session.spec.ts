import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { PASSWORD } from '../../test/clients/account.js';
import { emailToken } from '../../test/support/mail-token.js';
import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { GoChatClient, MemoryStore, MemoryTokenStore, WebTokenStore } from '../src/index.js';
import { Person, QUICK } from './test-clients.js';

let server: TestServer;
let people: Person[] = [];

beforeAll(async () => {
  // Access tokens run out while the tests look.
  server = await TestServer.start({ ACCESS_TOKEN_TTL: '2s' });
});
afterEach(async () => {
  await Promise.all(people.map((person) => person.stop()));
  people = [];
});
afterAll(() => server.stop());

async function enter(options: Parameters<typeof Person.enter>[2] = {}): Promise<Person> {
  const person = await Person.enter(server, 'ann', options);
  people.push(person);
  return person;
}

describe('a session', () => {
  it('is refreshed in place, before the token of the connection runs out', async () => {
    const tokens = new MemoryTokenStore();
    const { client } = await enter({ tokens });
    const states = new Set<string>();
    client.connection.subscribe(() => states.add(client.connection.getSnapshot().status));
    const seen = new Set<string>();
    await waitFor('it had three tokens', async () => seen.add((await tokens.load())?.accessToken ?? '').size >= 4);
    expect([...states].filter((state) => state !== 'online')).toEqual([]);
    expect(client.connection.getSnapshot().status).toBe('online');
  });

  it('is refreshed once for all who wait', async () => {
    const tokens = new MemoryTokenStore();
    const { client, account } = await enter({ tokens });
    await client.stop();
    const before = (await tokens.load())!;
    await waitFor('the token has run out', async () => {
      const answer = await account.rest.as(before.accessToken).get('/users/me');
      return answer.status === 401;
    });
    let saves = 0;
    const { save } = tokens;
    tokens.save = (session) => {
      saves++;
      return save.call(tokens, session);
    };
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.api.GET('/api/v1/users/me')));
    expect(answers.map(({ response }) => response.status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(saves).toBe(1);
    // The generation before is retired only once: nobody took it for theft.
    expect((await tokens.load())?.session.id).toBe(before.session.id);
  });

  it('ends cleanly when it is revoked elsewhere', async () => {
    const tokens = new MemoryTokenStore();
    const person = await enter({ tokens });
    const { client, account } = person;
    const ended = new Promise<string>((resolve) => client.on('sessionEnded', ({ reason }) => resolve(reason)));
    const other = await account.login();
    const rest = account.rest.as(other.accessToken);
    await rest.delete(`/auth/sessions/${client.session.getSnapshot().sessionId ?? ''}`);
    expect(await ended).toBe('revoked');
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'ended', endedReason: 'revoked' });
    expect(client.session.getSnapshot().user).toBeNull();
    expect(await tokens.load()).toBeNull();
    // The same user goes on with what is here.
    await client.auth.login({ login: account.username, password: PASSWORD });
    await person.settle();
  });

  it('gives its user another address and, when all is forgotten, another password', async () => {
    const { client, account } = await enter();
    const email = `${account.username}@mail.example`;
    expect(await client.users.setEmail({ email, password: PASSWORD })).toMatchObject({ email, emailVerified: false });
    expect(client.session.getSnapshot().user).toMatchObject({ email });
    await client.auth.requestEmailVerification();
    await client.auth.verifyEmail(await emailToken(server, account, 'verify'));
    expect(await client.users.me()).toMatchObject({ emailVerified: true });
    expect(client.session.getSnapshot().user).toMatchObject({ emailVerified: true });
    expect(await client.limits()).toMatchObject({ mail: true });

    const ended = new Promise<string>((resolve) => client.on('sessionEnded', ({ reason }) => resolve(reason)));
    await client.auth.forgotPassword(email);
    const token = await emailToken(server, account, 'reset');
    const newPassword = 'a brand new password';
    await client.auth.resetPassword({ token, newPassword });
    expect(await ended).toBe('password_changed');
    await expect(client.auth.resetPassword({ token, newPassword })).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await client.auth.login({ login: email, password: newPassword });
  });

  it('is listed, and is not there for another user', async () => {
    const person = await enter({ device: { id: 'one', name: 'Phone', platform: 'ios' } });
    const { client } = person;
    expect((await client.auth.sessions()).items).toContainEqual(expect.objectContaining({ deviceName: 'Phone' }));
    const { id } = await client.conversations.createRoom({ title: 'Mine' });
    client.send(id, { text: 'Hello' });
    await person.settle();
    const other = await server.account('eve');
    await client.auth.login({ login: other.username, password: PASSWORD });
    await person.settle();
    expect(client.inbox.getSnapshot()).toEqual([]);
  });

  it('is over after a log-out, and nothing is left of it', async () => {
    const [tokens, store] = [new MemoryTokenStore(), new MemoryStore()];
    const person = await enter({ tokens, store });
    await person.client.conversations.createRoom({ title: 'Mine' });
    await person.client.auth.logout();
    expect([await tokens.load(), await store.load()]).toEqual([null, null]);
    expect(person.client.inbox.getSnapshot()).toEqual([]);
    expect(person.client.connection.getSnapshot().status).toBe('offline');
  });

  it('refuses a wrong password by its code', async () => {
    const client = new GoChatClient({ url: server.origin, timing: QUICK });
    const attempt = client.auth.login({ login: 'nobody', password: 'wrong password' });
    await expect(attempt).rejects.toMatchObject({ name: 'ProblemError', code: 'invalid_credentials', status: 401 });
  });

  it('is unreachable without a server', async () => {
    const client = new GoChatClient({ url: 'http://127.0.0.1:9', timing: QUICK });
    const attempt = client.auth.login({ login: 'nobody', password: 'wrong password' });
    await expect(attempt).rejects.toMatchObject({ name: 'UnreachableError' });
  });
});

describe('a token store of the web', () => {
  it('keeps a session over a reload, and takes what is none for none', async () => {
    const entries = new Map<string, string>();
    const storage = {
      getItem: (key: string) => entries.get(key) ?? null,
      setItem: (key: string, value: string) => void entries.set(key, value),
      removeItem: (key: string) => void entries.delete(key),
    };
    const { auth } = await server.account('ann');
    await new WebTokenStore(storage).save(auth);
    expect(await new WebTokenStore(storage).load()).toEqual(auth);
    entries.set('gochat:session', '{"half":');
    expect(await new WebTokenStore(storage).load()).toBeNull();
  });
});
