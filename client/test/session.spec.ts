import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { PASSWORD } from '../../test/clients/account.js';
import { emailToken } from '../../test/support/mail-token.js';
import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { GoChatClient, MemoryStore, MemoryTokenStore, WebTokenStore } from '../src/index.js';
import { TestClient, QUICK } from './test-clients.js';

let server: TestServer;
let clients: TestClient[] = [];

beforeAll(async () => {
  // Short enough to expire during a test.
  server = await TestServer.start({ ACCESS_TOKEN_TTL: '2s' });
});
afterEach(async () => {
  await Promise.all(clients.map((testClient) => testClient.stop()));
  clients = [];
});
afterAll(() => server.stop());

async function enter(options: Parameters<typeof TestClient.register>[2] = {}): Promise<TestClient> {
  const testClient = await TestClient.register(server, 'ann', options);
  clients.push(testClient);
  return testClient;
}

describe('a session', () => {
  it('refreshes the token of a connection before it expires, without reconnecting', async () => {
    const tokens = new MemoryTokenStore();
    const { client } = await enter({ tokens });
    const states = new Set<string>();
    client.connection.subscribe(() => states.add(client.connection.getSnapshot().status));
    const seen = new Set<string>();
    await waitFor('three tokens were issued', async () => seen.add((await tokens.load())?.accessToken ?? '').size >= 4);
    expect([...states].filter((state) => state !== 'online')).toEqual([]);
    expect(client.connection.getSnapshot().status).toBe('online');
  });

  it('sends one refresh for concurrent requests', async () => {
    const tokens = new MemoryTokenStore();
    const { client, account } = await enter({ tokens });
    await client.stop();
    const before = (await tokens.load())!;
    await waitFor('the token has expired', async () => {
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
    // A second refresh with the retired token would have ended the session as stolen.
    expect((await tokens.load())?.session.id).toBe(before.session.id);
  });

  it('ends when another device revokes it', async () => {
    const tokens = new MemoryTokenStore();
    const testClient = await enter({ tokens });
    const { client, account } = testClient;
    const ended = new Promise<string>((resolve) => client.on('sessionEnded', ({ reason }) => resolve(reason)));
    const other = await account.login();
    const rest = account.rest.as(other.accessToken);
    await rest.delete(`/auth/sessions/${client.session.getSnapshot().sessionId ?? ''}`);
    expect(await ended).toBe('revoked');
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'ended', endedReason: 'revoked' });
    expect(client.session.getSnapshot().user).toBeNull();
    expect(await tokens.load()).toBeNull();
    // The same user keeps the local data.
    await client.auth.login({ login: account.username, password: PASSWORD });
    await testClient.settle();
  });

  it('sets and verifies an e-mail address, and resets a forgotten password', async () => {
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

  it('is listed with its device, and shows another user none of its data', async () => {
    const testClient = await enter({ device: { id: 'one', name: 'Phone', platform: 'ios' } });
    const { client } = testClient;
    expect((await client.auth.sessions()).items).toContainEqual(expect.objectContaining({ deviceName: 'Phone' }));
    const { id } = await client.conversations.createRoom({ title: 'Mine' });
    client.send(id, { text: 'Hello' });
    await testClient.settle();
    const other = await server.account('eve');
    await client.auth.login({ login: other.username, password: PASSWORD });
    await testClient.settle();
    expect(client.inbox.getSnapshot()).toEqual([]);
  });

  it('deletes tokens and local data on log-out', async () => {
    const [tokens, store] = [new MemoryTokenStore(), new MemoryStore()];
    const testClient = await enter({ tokens, store });
    await testClient.client.conversations.createRoom({ title: 'Mine' });
    await testClient.client.auth.logout();
    expect([await tokens.load(), await store.load()]).toEqual([null, null]);
    expect(testClient.client.inbox.getSnapshot()).toEqual([]);
    expect(testClient.client.connection.getSnapshot().status).toBe('offline');
  });

  it('rejects a wrong password with `invalid_credentials`', async () => {
    const client = new GoChatClient({ url: server.origin, timing: QUICK });
    const attempt = client.auth.login({ login: 'nobody', password: 'wrong password' });
    await expect(attempt).rejects.toMatchObject({ name: 'ProblemError', code: 'invalid_credentials', status: 401 });
  });

  it('rejects with UnreachableError without a server', async () => {
    const client = new GoChatClient({ url: 'http://127.0.0.1:9', timing: QUICK });
    const attempt = client.auth.login({ login: 'nobody', password: 'wrong password' });
    await expect(attempt).rejects.toMatchObject({ name: 'UnreachableError' });
  });
});

describe('WebTokenStore', () => {
  it('keeps a session across reloads, and ignores a malformed entry', async () => {
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
