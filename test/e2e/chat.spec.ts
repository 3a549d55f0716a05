import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../harness/server.js';

describe('chat', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('delivers a message live and stores it in the history', async () => {
    const [ann, ben] = [await server.account('ann'), await server.account('ben')];
    const [annPhone, benPhone] = [await ann.connect(), await ben.connect()];
    const { body: group } = await ann.rest.post('/conversations', {
      type: 'group',
      title: 'Trip',
      memberIds: [ben.id],
    });
    await benPhone.next('conversation:added', ({ conversation }) => conversation.id === group.id);

    const sent = await annPhone.emit('message:send', { conversationId: group.id, text: 'Hello' });
    expect(sent).toMatchObject({ ok: true, data: { seq: 1, rev: 2, text: 'Hello' } });
    const received = await benPhone.next('message:created');
    expect(received).toEqual({ conversationId: group.id, rev: 2, message: sent.data });
    expect((await ben.rest.get(`/messages?conversationId=${group.id}`)).body).toEqual({
      items: [sent.data],
      hasBefore: false,
      hasAfter: false,
    });
  });
});
