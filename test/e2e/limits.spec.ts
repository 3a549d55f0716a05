import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { RATES } from '../../src/infrastructure/config/rates.js';
import { type Account, PASSWORD } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, expectProblemObject, expectRefusal } from '../support/problem.js';
import { waitFor } from '../support/wait-for.js';

const RATE_LIMITED = { status: 429, code: 'rate_limited' };
/** Limit of most rates in this file, per second. */
const LIMIT = 3;
const GUESSES = 3;
/** Requests after which a rate counts as unlimited. */
const MANY = 200;

const names = Object.keys(RATES).filter((name) => !['guess', 'account'].includes(name));
const RATE_LIMITS = [
  ...names.map((name) => `${name}=${LIMIT}/1s`),
  // Every test uses several of these.
  ...['request', 'register'].map((name) => `${name}=50/1s`),
  'handshake=50/5s',
].join(',');

let server: TestServer;
/** Default rates, except for wrong passwords. */
let usual: TestServer;
let addresses = 0;

beforeAll(async () => {
  server = await TestServer.start({ RATE_LIMITS, TRUST_PROXY: '1', CONNECTIONS_PER_USER: '3' });
  usual = await TestServer.start({ RATE_LIMITS: `guess=${GUESSES}/1h,account=8/1h,send=1000/10s`, TRUST_PROXY: '1' });
});
afterAll(async () => {
  await server.stop();
  await usual.stop();
});

/** A client address that no other test uses. */
const newAddress = (): string => `192.0.2.${++addresses}`;

/** Repeats a request until it is refused. @returns the refusal, and the number of accepted requests */
async function exhaust<T>(
  ask: () => Promise<T>,
  isRefused: (answer: T) => boolean,
): Promise<{ refusal: T; taken: number }> {
  for (let taken = 0; taken < MANY; taken++) {
    const answer = await ask();
    if (isRefused(answer)) return { refusal: answer, taken };
  }
  throw new Error('no request was refused');
}

const is429 = ({ status }: Answer): boolean => status === 429;
const isLimited = (answer: any): boolean => answer.error?.code === 'rate_limited';

/** A refusal over REST: the whole problem, and a matching Retry-After header. */
function expectLater(answer: Answer): void {
  expectProblem(answer, RATE_LIMITED);
  const { retryAfterMs } = answer.body;
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(answer.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
}

describe('rate limits', () => {
  const group = async (account: Account): Promise<string> =>
    (await account.rest.post('/conversations', { type: 'group', memberIds: [] })).body.id;

  it('refuse excess requests over REST with the time to wait, and accept them afterwards', async () => {
    const nothing = randomUUID();
    const byUser: Record<string, (account: Account, id: string) => Promise<Answer>> = {
      request: ({ rest }) => rest.get('/users/me'),
      send: ({ rest }, conversationId) => rest.post('/messages', { conversationId, text: 'Hello' }),
      write: ({ rest }) => rest.patch(`/messages/${nothing}`, { text: 'Changed' }),
      mark: ({ rest }, id) => rest.put(`/conversations/${id}/read`, { seq: 0 }),
      create: ({ rest }) => rest.post('/conversations', {}),
      search: ({ rest }) => rest.get('/users?q=a'),
      export: ({ rest }) => rest.get('/users/me/export'),
    };
    await Promise.all(
      Object.entries(byUser).map(async ([name, ask]) => {
        const account = await server.account(name);
        const id = await group(account);
        const { refusal, taken } = await exhaust(() => ask(account, id), is429);
        expectLater(refusal);
        // Creating the group counted towards the same rate.
        expect([name, taken >= LIMIT - 1]).toEqual([name, true]);
        await waitFor(`${name} is accepted again`, async () => !is429(await ask(account, id)));
      }),
    );
  });

  it('apply by address to requests without a user', async () => {
    const routes = ['POST /auth/login', 'POST /auth/register', 'POST /auth/refresh', 'GET /config'];
    await Promise.all(
      routes.map(async (route) => {
        const [method = '', path = ''] = route.split(' ');
        const from = { 'x-forwarded-for': newAddress() };
        const ask = () => server.rest.send(method, path, method === 'GET' ? undefined : {}, from);
        expectLater((await exhaust(ask, is429)).refusal);
        const elsewhere = { 'x-forwarded-for': `${from['x-forwarded-for']}, ${newAddress()}` };
        expect((await server.rest.send(method, path, method === 'GET' ? undefined : {}, elsewhere)).status).not.toBe(
          429,
        );
        await waitFor(`${route} is accepted again`, async () => !is429(await ask()));
      }),
    );
  });

  it('refuse excess commands in acknowledgements, and accept them afterwards', async () => {
    const nothing = randomUUID();
    const commands: Record<string, [string, (id: string) => object]> = {
      request: ['message:list', (conversationId) => ({ conversationId })],
      send: ['message:send', (conversationId) => ({ conversationId, text: 'Hello' })],
      write: ['message:edit', () => ({ id: nothing, text: 'Changed' })],
      mark: ['conversation:delivered', (conversationId) => ({ conversationId, seq: 0 })],
      create: ['conversation:create', () => ({ type: 'direct' })],
      typing: ['typing:start', (conversationId) => ({ conversationId })],
      unknown: ['no:such', () => ({})],
    };
    await Promise.all(
      Object.entries(commands).map(async ([name, [command, payload]]) => {
        const account = await server.account(name);
        const id = await group(account);
        const device = await account.connect();
        const ask = (): Promise<any> => device.emit(command, payload(id));
        const { refusal, taken } = await exhaust(ask, isLimited);
        expectRefusal(refusal, RATE_LIMITED);
        expect([name, taken >= LIMIT - 1]).toEqual([name, true]);
        await waitFor(`${name} is accepted again`, async () => !isLimited(await ask()));
      }),
    );
  });

  it('are shared by REST and socket, and separate per user', async () => {
    const [busy, other] = [await server.account('busy'), await server.account('other')];
    const device = await busy.connect();
    await exhaust(() => device.emit('message:edit', { id: randomUUID(), text: 'Changed' }), isLimited);
    expectLater(await busy.rest.put(`/users/me/blocks/${other.id}`));
    expect((await other.rest.put(`/users/me/blocks/${busy.id}`)).status).toBe(204);
  });

  it('are published at /config, and do not apply to health', async () => {
    const from = { 'x-forwarded-for': newAddress() };
    const { body } = await server.rest.send('GET', '/config', undefined, from);
    expect(Object.keys(body.rates).sort()).toEqual(Object.keys(RATES).sort());
    expect(body).toMatchObject({ rates: { send: { limit: LIMIT, windowMs: 1_000 } }, connectionsPerUser: 3 });
    for (let times = 0; times < LIMIT * 3; times++) {
      expect((await server.rest.send('GET', '/health/live', undefined, from)).status).toBe(200);
    }
  });
});

describe('retry of a stored message', () => {
  it('is answered and free of charge, even when the rate is exhausted', async () => {
    const account = await server.account('sender');
    const { body } = await account.rest.post('/conversations', { type: 'group', memberIds: [] });
    const device = await account.connect();
    const command = { id: randomUUID(), conversationId: body.id, text: 'Hello' };
    const first = await account.rest.post('/messages', command);
    expect(first.status).toBe(201);
    const again = async (): Promise<void> => {
      expect(await account.rest.post('/messages', command)).toMatchObject({ status: 200, body: first.body });
      expect(await device.emit('message:send', command)).toEqual({ ok: true, data: first.body });
    };
    for (let times = 0; times < LIMIT; times++) await again();
    const next = (): Promise<any> => device.emit('message:send', { ...command, id: randomUUID() });
    const { taken } = await exhaust(next, isLimited);
    expect(taken).toBeGreaterThanOrEqual(LIMIT - 1);
    await again();
    expectLater(await account.rest.post('/messages', { ...command, text: 'Something else' }));
  });
});

describe('connection limits', () => {
  const refused = async (device: TestSocket): Promise<any> => {
    const { data } = await device.next('connect_error');
    device.close();
    return data;
  };

  it('bound the connections of one user, until one closes', async () => {
    const account = await server.account('many');
    const open = (): TestSocket => TestSocket.open(account.home, account.token);
    const devices = [open(), open(), open()];
    for (const device of devices) await device.next('session:ready');
    expectProblemObject(await refused(open()), RATE_LIMITED);
    devices[0]?.close();
    await waitFor('a connection is accepted again', async () => {
      const device = open();
      devices.push(device);
      await waitFor('accepted or refused', () => device.seen.length > 0);
      return device.socket.connected;
    });
    for (const device of devices) device.close();
  });

  it('bound the connections of one user that connect at the same time', async () => {
    const { home, token } = await server.account('hasty');
    const more = { extraHeaders: { 'x-forwarded-for': newAddress() } };
    const devices = Array.from({ length: 40 }, () => TestSocket.open(home, token, ['websocket'], more));
    const isIn = (device: TestSocket): boolean => device.all('session:ready').length > 0;
    const isOut = (device: TestSocket): boolean => device.all('connect_error').length > 0;
    await waitFor('each is accepted or refused', () => devices.every((device) => isIn(device) || isOut(device)));
    expect(devices.filter(isIn)).toHaveLength(3);
    for (const device of devices) device.close();
  });

  it('apply by address before the token is checked', async () => {
    const extraHeaders = { 'x-forwarded-for': newAddress() };
    const open = (): TestSocket => TestSocket.open(server.origin, 'no token', ['websocket'], { extraHeaders });
    const codes = await Promise.all(Array.from({ length: 60 }, async () => (await refused(open())).code));
    expect(new Set(codes)).toEqual(new Set(['unauthenticated', 'rate_limited']));
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(50);
    const spoofed = { 'x-forwarded-for': `203.0.113.9, ${extraHeaders['x-forwarded-for']}` };
    const again = TestSocket.open(server.origin, 'no token', ['websocket'], { extraHeaders: spoofed });
    expect((await refused(again)).code).toBe('rate_limited');
  });

  it('bound the concurrent commands of a connection', async () => {
    const account = await usual.account('eager');
    const { body } = await account.rest.post('/conversations', { type: 'group', memberIds: [] });
    const device = await account.connect();
    const send = (number: number): Promise<any> =>
      device.emit('message:send', { conversationId: body.id, text: `Message ${number}` });
    const answers = await Promise.all(Array.from({ length: 600 }, (_, number) => send(number)));
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(300);
    const refusals = answers.filter(({ ok }) => !ok);
    for (const refusal of refusals) expectRefusal(refusal, RATE_LIMITED);
    expect(refusals.length).toBeGreaterThan(0);
  });

  it('disconnect a client that ignores refusals, without effect on others', async () => {
    const [flooding, calm] = [await server.account('flood'), await server.account('calm')];
    const device = await flooding.connect();
    const other = await calm.connect({ origin: flooding.home });
    for (let times = 0; times < 1_000; times++) device.socket.emit('no:such', {});
    await device.next('disconnect');
    expect(await other.emit('presence:watch', { userIds: [] })).toEqual({ ok: true, data: [] });
    expect(other.all('disconnect')).toEqual([]);
  });
});

describe('wrong passwords', () => {
  const login = (name: string, password: string, address: string): Promise<Answer> =>
    usual.rest.send('POST', '/auth/login', { login: name, password }, { 'x-forwarded-for': address });
  const wrong = (name: string, address: string): Promise<Answer> => login(name, 'wrong password', address);

  it('delay further attempts on a name from one address, longer each time, without effect on others', async () => {
    const [ann, ben] = [await usual.account('ann'), await usual.account('ben')];
    const address = newAddress();
    const attempts = async (name: string): Promise<unknown[]> => {
      const said = [];
      for (let times = 0; times < GUESSES + 2; times++) said.push((await wrong(name, address)).body);
      return said.map(({ status, code, title, detail }: any) => ({ status, code, title, detail }));
    };
    const known = await attempts(ann.username);
    expectLater(await login(ann.username, PASSWORD, address));
    expect(known).toMatchObject([
      ...Array<object>(GUESSES).fill({ status: 401, code: 'invalid_credentials' }),
      RATE_LIMITED,
      RATE_LIMITED,
    ]);
    expect(await attempts('nobody.at.all')).toEqual(known);
    expect((await login(ben.username, PASSWORD, address)).status).toBe(200);
    expect((await login(ann.username, PASSWORD, newAddress())).status).toBe(200);
    let last: Answer | undefined;
    await waitFor('the next attempt is accepted', async () => {
      last = await wrong(ann.username, address);
      return last.status === 401;
    });
    expect((await wrong(ann.username, address)).body.retryAfterMs).toBeGreaterThan(1_000);
  });

  it('from many addresses delay all of them, except addresses with an earlier log-in', async () => {
    const account = await usual.account('owner');
    const home = newAddress();
    expect((await login(account.username, PASSWORD, home)).status).toBe(200);
    const guess = (): Promise<Answer> => wrong(account.username, newAddress());
    const { taken } = await exhaust(guess, is429);
    expect(taken).toBe(8);
    expectLater(await login(account.username, PASSWORD, newAddress()));
    expect((await login(account.username, PASSWORD, home)).status).toBe(200);
  });

  it.each([
    ['POST', '/auth/password', { currentPassword: 'wrong password', newPassword: 'another good one' }],
    ['DELETE', '/users/me', { password: 'wrong password' }],
  ])('at %s %s delay further attempts of that session only', async (method, path, body) => {
    const account = await usual.account('inside');
    const { refusal, taken } = await exhaust(() => account.rest.send(method, path, body), is429);
    expect(taken).toBe(GUESSES);
    expectLater(refusal);
    const { accessToken } = await account.login();
    expect((await account.rest.as(accessToken).send(method, path, body)).status).toBe(401);
  });
});
