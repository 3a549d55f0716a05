import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { TestClient } from './test-clients.js';

const TEXTS = Array.from({ length: 12 }, (_, number) => `Message ${number}`);

describe('an outbox above the rate limit', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ RATE_LIMITS: 'send=5/1s' });
  });
  afterAll(() => server.stop());

  it('sends all messages in order, as fast as the limit permits', async () => {
    const ann = await TestClient.register(server, 'ann');
    const { id } = await ann.client.conversations.createGroup({ title: 'One', memberIds: [] });
    for (const text of TEXTS) ann.client.send(id, { text });
    await waitFor('all is sent', () => ann.client.outbox.getSnapshot().length === 0);
    const { body } = await ann.rest.get(`/messages?conversationId=${id}`);
    expect(body.items.map(({ text }: { text: string }) => text)).toEqual(TEXTS);
    await ann.stop();
  });
});
