import { randomUUID } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { PASSWORD } from '../clients/account.js';
import { TestServer } from '../harness/server.js';

const ROUNDS = 20;
const PEOPLE = 6;

describe.each(['1', '2'])('database pool of %s', (size) => {
  it('serves concurrent requests, because none needs a second connection', async () => {
    const server = await TestServer.start({ DATABASE_POOL: size });
    try {
      const people = await Promise.all(Array.from({ length: PEOPLE }, (_, n) => server.account(`p${n}`)));
      const memberIds = people.slice(1).map(({ id }) => id);
      const [ann] = people;
      const group = (await ann!.rest.post('/conversations', { type: 'group', title: 'All', memberIds })).body.id;
      const room = (await ann!.rest.get('/conversations/discover?q=general')).body.items[0].id;
      const leaving = await Promise.all(Array.from({ length: 3 }, (_, n) => server.account(`leaving${n}`)));
      await ann!.rest.post(`/conversations/${group}/members`, { userIds: leaving.map(({ id }) => id) });
      const devices = await Promise.all(people.map((person) => person.connect()));

      const sends = devices.flatMap((device) =>
        Array.from({ length: ROUNDS }, () =>
          device.emit('message:send', { id: randomUUID(), conversationId: group, text: 'Hello everybody' }),
        ),
      );
      const rest = people.flatMap((person) => [
        person.rest.post(`/conversations/${room}/join`),
        person.login({ id: randomUUID() }),
        person.rest.get(`/messages?conversationId=${group}`),
        person.rest.get('/conversations'),
        person.rest.post('/sync', { conversations: {} }),
        person.rest.get('/messages/search?q=hello'),
        person.rest.get('/users/me/export'),
        person.rest.post('/conversations', { type: 'direct', memberIds: [people.find((each) => each !== person)!.id] }),
      ]);
      const deletions = leaving.map((person) => person.rest.delete('/users/me', { password: PASSWORD }));

      for (const sent of await Promise.all(sends)) expect(sent).toMatchObject({ ok: true });
      const refused = (await Promise.all(rest)).filter(({ status }) => status >= 400);
      expect(refused).toEqual([]);
      expect((await Promise.all(deletions)).map(({ status }) => status)).toEqual([204, 204, 204]);
      const { body } = await ann!.rest.get(`/conversations/${group}`);
      expect(body.lastSeq).toBe(PEOPLE * ROUNDS);
      expect((await ann!.rest.get('/messages/search?q=everybody')).body.items).not.toEqual([]);
      expect(devices.flatMap((device) => device.all('disconnect'))).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
