import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const SENDERS = 40;
const SENDS = 5;

describe('concurrent sends to one conversation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('are numbered 1…N without gaps or duplicates, and retries return the stored message', async () => {
    const people = await Promise.all(Array.from({ length: SENDERS }, () => server.account()));
    const [owner, ...others] = people;
    const { body: group } = await owner!.rest.post('/conversations', {
      type: 'group',
      memberIds: others.map(({ id }) => id),
    });
    const devices = await Promise.all(people.map((person) => person.connect()));
    const listener = await owner!.connect();

    const sent = await Promise.all(
      people.flatMap((person, index) =>
        Array.from({ length: SENDS }, async (_, n) => {
          const message = { id: randomUUID(), conversationId: group.id, text: `${index}.${n}` };
          // Every fifth message is sent twice at the same time: over REST and over the socket.
          const twin = n === 0 ? person.rest.post('/messages', message) : null;
          const acknowledged = await devices[index]!.emit('message:send', message);
          expect(acknowledged).toMatchObject({ ok: true, data: { id: message.id, text: message.text } });
          if (twin) expect((await twin).body).toEqual(acknowledged.data);
          const repeated = n === 1 ? await person.rest.post('/messages', message) : null;
          if (repeated) expect([repeated.status, repeated.body]).toEqual([200, acknowledged.data]);
          return acknowledged.data as { seq: number; rev: number; id: string };
        }),
      ),
    );

    const total = SENDERS * SENDS;
    const inOrder = sent.toSorted((a, b) => a.seq - b.seq);
    expect(inOrder.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, n) => n + 1));
    expect(inOrder.map(({ rev }) => rev)).toEqual(Array.from({ length: total }, (_, n) => n + 2));

    const history: { id: string }[] = [];
    for (let after = 0; after < total; after += 100) {
      const { body } = await owner!.rest.get(`/messages?conversationId=${group.id}&after=${after}&limit=100`);
      history.push(...body.items);
    }
    expect(history.map(({ id }) => id)).toEqual(inOrder.map(({ id }) => id));

    const heard = (): number[] => listener.all('message:created').map(({ rev }) => rev);
    await waitFor('all messages are delivered', () => heard().length === total);
    // Events of two nodes may arrive out of order.
    const isSorted = server.nodes.length > 1;
    expect(isSorted ? heard().sort((a, b) => a - b) : heard()).toEqual(inOrder.map(({ rev }) => rev));
  });

  it('create one direct conversation when both users start it at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      const [ann, ben] = [await server.account('ann'), await server.account('ben')];
      const answers = await Promise.all([
        ann.rest.post('/conversations', { type: 'direct', memberIds: [ben.id] }),
        ben.rest.post('/conversations', { type: 'direct', memberIds: [ann.id] }),
        ann.rest.post('/conversations', { type: 'direct', memberIds: [ben.id] }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(answers[1].body.peer.id).toBe(ann.id);
    }
  });
});
