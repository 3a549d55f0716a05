import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Person } from './test-clients.js';

const TEXTS = Array.from({ length: 12 }, (_, number) => `Message ${number}`);

describe('a client that has more to send than it may', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ RATE_LIMITS: 'send=5/1s' });
  });
  afterAll(() => server.stop());

  it('sends all of it in order, as fast as it may', async () => {
    const ann = await Person.enter(server, 'ann');
    const { id } = await ann.client.conversations.createGroup({ title: 'One', memberIds: [] });
    for (const text of TEXTS) ann.client.send(id, { text });
    await waitFor('all is sent', () => ann.client.outbox.getSnapshot().length === 0);
    const { body } = await ann.rest.get(`/messages?conversationId=${id}`);
    expect(body.items.map(({ text }: { text: string }) => text)).toEqual(TEXTS);
    await ann.stop();
  });
});
