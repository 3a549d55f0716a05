import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { type ServerBehindProxy, serverBehindProxy } from '../harness/server-behind-proxy.js';
import type { ByteFate } from '../harness/tcp-proxy.js';
import { expectProblem, expectRefusal } from '../support/problem.js';
import { waitFor } from '../support/wait-for.js';

const UNAVAILABLE = { status: 503, code: 'unavailable' };
/** Upper bound for every answer; the configured timeouts are shorter. */
const ANSWER_WITHIN_MS = 8_000;

let place: ServerBehindProxy;
let [ann, bob]: Account[] = [];
let phone: TestSocket;
let other: TestSocket;
let group: string;

beforeEach(async () => {
  place = await serverBehindProxy({ DATABASE_POOL: '4' });
  [ann, bob] = [await place.server.account('ann'), await place.server.account('bob')];
  group = (await ann.rest.post('/conversations', { type: 'group', title: 'Two', memberIds: [bob.id] })).body.id;
  [phone, other] = [await ann.connect(), await bob.connect()];
});
afterEach(() => place.stop());

const send = (id: string, text = id): Promise<any> => phone.emit('message:send', { id, conversationId: group, text });
const history = async (): Promise<any[]> =>
  (await ann!.rest.get(`/messages?conversationId=${group}&limit=100`)).body.items;

/** Sends requests over every path at once. Each must be answered with `unavailable` in time. */
async function expectUnavailable(): Promise<void> {
  const started = performance.now();
  const [id, conversationId, text] = [randomUUID(), group, 'Hello'];
  const { rest } = place.server;
  const answers: Promise<Answer>[] = [
    ann!.rest.post('/messages', { id, conversationId, text }),
    ann!.rest.get('/conversations'),
    ann!.rest.get(`/messages?conversationId=${group}`),
    ann!.rest.get('/messages/search?q=hello'),
    ann!.rest.post('/sync', { conversations: {} }),
    rest.post('/auth/login', { login: ann!.username, password: 'correct horse battery' }),
    rest.post('/auth/refresh', { refreshToken: ann!.auth.refreshToken }),
  ];
  const commands = [
    ...Array.from({ length: 100 }, () => send(randomUUID())),
    phone.emit('sync', { conversations: {} }),
    phone.emit('conversation:read', { conversationId, seq: 0 }),
    phone.emit('conversation:leave', { conversationId }),
  ];
  const late = TestSocket.open(place.server.origin, ann!.token);
  for (const answer of await Promise.all(answers)) {
    expectProblem(answer, UNAVAILABLE);
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  for (const acknowledgement of await Promise.all(commands)) expectRefusal(acknowledgement, UNAVAILABLE);
  await waitFor('a new connection is refused', () =>
    late.seen.some(({ name }) => name === 'connect_error' || name === 'disconnect'),
  );
  expect(late.all('session:ready')).toEqual([]);
  expect(performance.now() - started).toBeLessThan(ANSWER_WITHIN_MS);
  for (const path of ['/health', '/health/ready']) expect((await rest.get(path)).status).toBe(503);
  expect((await rest.get('/health/live')).status).toBe(200);
}

describe.each([
  ['refuses connections', () => place.proxy.down()],
  ['stops responding', () => (place.proxy.fate = () => 'swallow')],
])('database that %s', (_case, fail) => {
  it('leads to unavailable on every path in time, and recovers without lost or duplicate messages', async () => {
    const [before, during] = [randomUUID(), randomUUID()];
    expect(await send(before)).toMatchObject({ ok: true });
    await other.next('message:created');
    fail();
    expectRefusal(await send(during), UNAVAILABLE);
    await expectUnavailable();

    place.proxy.heal();
    const sent = await send(during);
    expect(sent).toMatchObject({ ok: true, data: { id: during, seq: 2 } });
    expect(await send(during)).toEqual(sent);
    expect(await place.server.rest.get('/health/ready')).toMatchObject({ status: 200 });
    await other.next('message:created', ({ message }) => message.id === during);
    expect(await send(before)).toMatchObject({ ok: true, data: { seq: 1 } });
    expect((await history()).map(({ id }) => id)).toEqual([before, during]);
    expect(other.all('message:created').map(({ message }) => message.id)).toEqual([before, during]);
    expect([...phone.all('disconnect'), ...other.all('disconnect')]).toEqual([]);
  });
});

describe('send with an unknown outcome', () => {
  /** Applies the fate to the answer to a commit of messages; forwards everything else. */
  const loseCommit = (fate: ByteFate): void => {
    const isSend = (bytes: Buffer): boolean =>
      bytes.includes('INSERT INTO messages') && bytes.subarray(-8).includes('COMMIT');
    let isUnderWay = false;
    place.proxy.fate = (bytes, isAnswer) => {
      if (!isAnswer && isSend(bytes)) isUnderWay = true;
      if (!isAnswer || !isUnderWay) return 'pass';
      place.proxy.fate = () => 'pass';
      return fate;
    };
  };

  it('is stored and published once when the connection breaks', async () => {
    const id = randomUUID();
    loseCommit('cut');
    expect(await send(id)).toMatchObject({ ok: true, data: { id, seq: 1 } });
    expect(await send(randomUUID(), 'next')).toMatchObject({ ok: true, data: { seq: 2 } });
    await other.next('message:created', ({ message }) => message.text === 'next');
    expect(other.all('message:created').map(({ message }) => message.seq)).toEqual([1, 2]);
  });

  it('is unavailable without an answer from the database, and its retry returns the stored message, published once', async () => {
    const id = randomUUID();
    loseCommit('swallow');
    expectRefusal(await send(id), UNAVAILABLE);
    expect((await history()).map((message) => message.id)).toEqual([id]);
    expect(other.all('message:created')).toEqual([]);
    const [again, twice] = await Promise.all([send(id), send(id)]);
    expect(again).toMatchObject({ ok: true, data: { id, seq: 1 } });
    expect(twice).toEqual(again);
    expect(await send(randomUUID(), 'next')).toMatchObject({ ok: true, data: { seq: 2 } });
    await other.next('message:created', ({ message }) => message.text === 'next');
    expect(other.all('message:created').map(({ message }) => message.seq)).toEqual([1, 2]);
  });
});
