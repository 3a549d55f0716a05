import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../harness/server.js';
import { PythonPeer } from './python-peer.js';

describe.each([
  { transports: ['websocket'], name: 'websocket' },
  { transports: ['polling', 'websocket'], name: 'polling with upgrade' },
])('python-socketio and socket.io-client in one room, over $name', ({ transports }) => {
  let server: TestServer;
  beforeAll(async () => {
    PythonPeer.check();
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('join, exchange messages in order, get errors and leave', async () => {
    const [ann, pia] = [await server.account('ann'), await server.account('pia')];
    const node = await ann.connect({ transports });
    const python = PythonPeer.connect(server.origin, pia.token, transports);
    const ready = await python.event('session:ready');
    expect(ready).toMatchObject({ userId: pia.id, sessionId: pia.auth.session.id, stateRev: 0 });

    const { data: room } = await node.emit('conversation:create', { type: 'room', title: 'Interop' });
    const joined = await python.emit('conversation:join', { conversationId: room.id });
    expect(joined.answer).toMatchObject({ ok: true, data: { id: room.id, memberCount: 2, me: { role: 'member' } } });
    expect(await node.next('member:joined')).toMatchObject({ rev: 2, member: { user: { id: pia.id } } });

    for (let n = 1; n <= 10; n++) {
      const message = { id: randomUUID(), conversationId: room.id, text: `сообщение ${n} 🙂` };
      const answer =
        n % 2 ? await node.emit('message:send', message) : (await python.emit('message:send', message)).answer;
      expect(answer).toMatchObject({ ok: true, data: { id: message.id, seq: n, text: message.text } });
    }
    await node.next('message:created', ({ message }) => message.seq === 10);
    await python.event('message:created', ({ message }) => message.seq === 10);
    expect(python.all('message:created')).toEqual(node.all('message:created'));
    expect(node.all('message:created').map(({ rev }) => rev)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

    for (const [name, payload, code] of [
      ['message:send', { conversationId: room.id, text: '' }, 'validation_failed'],
      ['message:send', { conversationId: randomUUID(), text: 'x' }, 'not_found'],
      ['message:sent', {}, 'not_found'],
      ['conversation:join', null, 'validation_failed'],
    ] as const) {
      const { answer, transport } = await python.emit(name, payload);
      expect(answer).toMatchObject({ ok: false, error: { code } });
      expect(transport).toBe('websocket');
    }

    const left = await python.emit('conversation:leave', { conversationId: room.id });
    expect(left.answer).toEqual({ ok: true, data: {} });
    expect(await python.event('conversation:removed')).toEqual({ conversationId: room.id, reason: 'left' });
    expect(await node.next('member:left')).toEqual({
      conversationId: room.id,
      rev: 13,
      userId: pia.id,
      by: pia.id,
      reason: 'left',
    });
    const unheard = await node.emit('message:send', { conversationId: room.id, text: 'are you there?' });
    expect(unheard.ok).toBe(true);
    expect((await python.emit('message:list', { conversationId: room.id })).answer.error.code).toBe('not_a_member');
    expect(python.all('message:created')).toHaveLength(10);
    await python.close();
  });
});
