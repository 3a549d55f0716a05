import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, expectRefusal, invalid, NOT_FOUND } from '../support/problem.js';

let server: TestServer;
let ann: Account;
let groupId: string;

beforeAll(async () => {
  server = await TestServer.start({ CORS_ORIGINS: 'https://chat.test' });
  ann = await server.account('ann');
  groupId = (await ann.rest.post('/conversations', { type: 'group' })).body.id;
});
afterAll(() => server.stop());

describe('socket command', () => {
  let device: TestSocket;
  beforeAll(async () => {
    device = await ann.connect();
  });

  it('is refused with the same problem as over REST', async () => {
    const outsider = await server.account('outsider');
    const phone = await outsider.connect();
    const rooms = await outsider.rest.get('/conversations/discover');
    const roomId: string = rooms.body.items[0].id;
    const taken = randomUUID();
    await ann.rest.post('/messages', { id: taken, conversationId: groupId, text: 'first' });
    const mine = (await outsider.rest.post('/conversations', { type: 'group' })).body.id as string;
    const sends: [object, string][] = [
      [{}, 'validation_failed'],
      [{ conversationId: mine }, 'validation_failed'],
      [{ conversationId: mine, text: '' }, 'validation_failed'],
      [{ conversationId: mine, text: 7, senderId: ann.id, seq: 1 }, 'validation_failed'],
      [{ conversationId: mine, text: 'x'.repeat(8_001) }, 'validation_failed'],
      [{ conversationId: mine, text: 'x', mentions: [ann.id] }, 'validation_failed'],
      [{ conversationId: mine, text: 'x', metadata: { long: 'x'.repeat(4_096) } }, 'validation_failed'],
      [{ conversationId: 'none', text: 'x' }, 'validation_failed'],
      [{ conversationId: groupId, text: 'x' }, 'not_found'],
      [{ conversationId: randomUUID(), text: 'x' }, 'not_found'],
      [{ conversationId: mine, text: 'x', replyToId: randomUUID() }, 'not_found'],
      [{ conversationId: roomId, text: 'x' }, 'not_a_member'],
      [{ conversationId: mine, id: taken, text: 'x' }, 'id_conflict'],
    ];
    const lists: [object, string][] = [
      [{}, 'validation_failed'],
      [{ conversationId: mine, limit: 101 }, 'validation_failed'],
      [{ conversationId: mine, before: 1, after: 1 }, 'validation_failed'],
      [{ conversationId: groupId }, 'not_found'],
      [{ conversationId: roomId }, 'not_a_member'],
    ];
    const alike = async (answer: Answer, command: string, payload: object, code: string): Promise<void> => {
      expect(answer.body.code).toBe(code);
      expectProblem(answer, answer.body);
      const acknowledgement = await phone.emit(command, payload);
      expect(acknowledgement).toEqual({ ok: false, error: { ...answer.body, requestId: expect.any(String) } });
      expect(acknowledgement.error.requestId).not.toBe(answer.body.requestId);
    };
    for (const [body, code] of sends)
      await alike(await outsider.rest.post('/messages', body), 'message:send', body, code);
    for (const [query, code] of lists) {
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      );
      await alike(await outsider.rest.get(`/messages?${search.toString()}`), 'message:list', query, code);
    }
  });

  it.each([
    'message:sent',
    'message',
    'join',
    '',
    '__proto__',
    'constructor',
    'toString',
    'x'.repeat(10_000),
    'session:ready',
  ])('with an unknown name, %j, is not_found', async (name) => {
    expectRefusal(await device.emit(name, {}), NOT_FOUND);
    expectRefusal(await device.emit(name), NOT_FOUND);
    expect(device.socket.connected).toBe(true);
  });

  it.each<[string, unknown[]]>([
    ['nothing', []],
    ['null', [null]],
    ['an array', [[]]],
    ['an array of a valid payload', [[{ conversationId: randomUUID(), text: 'x' }]]],
    ['a string', ['{"text": "x"}']],
    ['a number', [7]],
    ['true', [true]],
    ['bytes', [Buffer.from('x')]],
    ['an empty object', [{}]],
    ['a __proto__ key', [JSON.parse('{"__proto__": {"conversationId": "x"}}')]],
    ['two objects', [{}, {}]],
    ['too many arguments', [{}, 1, 'x', null]],
  ])('with %s as payload is invalid, and the connection stays open', async (_, payload) => {
    for (const command of [
      'message:send',
      'message:list',
      'conversation:create',
      'conversation:join',
      'conversation:leave',
      'session:refresh',
    ]) {
      expectRefusal(await device.emit(command, ...payload), { status: 400, code: 'validation_failed' });
    }
    expect(await device.emit('message:list', { conversationId: groupId })).toMatchObject({ ok: true });
  });

  it('with binary data or a __proto__ key anywhere in its payload is invalid', async () => {
    const send = (change: object): Promise<Answer['body']> =>
      device.emit('message:send', { conversationId: groupId, text: 'x', ...change });
    const before = (await ann.rest.get(`/messages?conversationId=${groupId}`)).body;
    for (const [field, value] of [
      ['text', Buffer.from('x')],
      ['metadata', Buffer.from('x')],
      ['metadata', { bytes: Buffer.from('x') }],
      ['metadata', { deep: [{ bytes: new Uint8Array(3) }] }],
      ['metadata', JSON.parse('{"__proto__": {"x": 1}}')],
      ['metadata', { deep: [JSON.parse('{"__proto__": {"x": 1}}')] }],
    ] as const) {
      expectRefusal(await send({ [field]: value }), invalid(field));
    }
    expect((await ann.rest.get(`/messages?conversationId=${groupId}`)).body).toEqual(before);
  });

  it('without an acknowledgement is executed, and an invalid one has no effect', async () => {
    const text = `unacknowledged ${randomUUID()}`;
    for (const payload of [[], [null], [[]], ['x'], [{}, {}], [Buffer.from('x')]])
      device.socket.emit('message:send', ...payload);
    device.socket.emit('no:such', {});
    device.socket.emit('message:send', { conversationId: groupId, text });
    const { message } = await device.next('message:created', (event) => event.message.text === text);
    expect((await ann.rest.get(`/messages/${message.id}`)).body).toEqual(message);
    expect(device.socket.connected).toBe(true);
  });

  it('with a very deep or very long payload is invalid', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 500; level++) deep = [deep];
    const send = { conversationId: groupId, text: 'x' };
    expectRefusal(await device.emit('message:send', { ...send, metadata: { deep } }), invalid('metadata'));
    expectRefusal(await device.emit('message:send', { ...send, text: 'x'.repeat(500_000) }), invalid('text'));
    const mentions = Array.from({ length: 5_000 }, () => randomUUID());
    expectRefusal(await device.emit('message:send', { ...send, mentions }), invalid('mentions'));
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));
    expectRefusal(await device.emit('message:send', { ...send, ...many }), { status: 400, code: 'validation_failed' });
    expect(await device.emit('message:send', send)).toMatchObject({ ok: true });
  });

  it('larger than the frame limit closes its own connection only', async () => {
    const sacrificed = await ann.connect();
    sacrificed.socket.emit('message:send', { conversationId: groupId, text: 'x'.repeat(1_100_000) });
    await sacrificed.next('disconnect');
    expect(await device.emit('message:list', { conversationId: groupId })).toMatchObject({ ok: true });
  });

  it.each([
    ['an event that is no array', '42{}'],
    ['an event without a name', '42[]'],
    ['a name that is no string', '42[7,{}]'],
    ['a reserved name', '42["disconnect"]'],
    ['half an event', '42["message:send",{'],
    ['an unrequested acknowledgement', '43999[]'],
    ['an unknown packet type', '49'],
    ['a missing attachment', '451-["message:send",{"_placeholder":true,"num":0}]'],
    ['100,000 nested arrays', `42["message:send",{"metadata":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}]`],
    ['an excessive attachment count', '4599999999-["message:send",{}]'],
  ])('sent as %s closes at most its own connection', async (_, packet) => {
    const sacrificed = await ann.connect();
    const engine = sacrificed.socket.io.engine as unknown as { transport: { ws: { send(text: string): void } } };
    engine.transport.ws.send(packet);
    // Whether or not the server closed it, a command on a new connection succeeds.
    const other = await ann.connect();
    expect(await other.emit('message:list', { conversationId: groupId })).toMatchObject({ ok: true });
    expect(await device.emit('message:list', { conversationId: groupId })).toMatchObject({ ok: true });
    sacrificed.close();
    other.close();
  });
});
