import { beforeAll, afterAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { TestServer } from '../harness/server.js';
import { type ExpectedProblem, expectProblem, expectRefusal } from '../support/problem.js';

const BLOCKED: ExpectedProblem = { status: 403, code: 'blocked' };

describe('block', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  let cat: Account;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  beforeEach(async () => {
    [ann, ben, cat] = [await server.account('ann'), await server.account('ben'), await server.account('cat')];
  });
  afterAll(() => server.stop());

  const block = (by: Account, whom: Account) => by.rest.put(`/users/me/blocks/${whom.id}`);
  const direct = (by: Account, to: Account) => by.rest.post('/conversations', { type: 'direct', memberIds: [to.id] });

  it('is idempotent to set and lift, and listed to the blocking user only', async () => {
    for (const each of [ben, cat, ben]) expect((await block(ann, each)).status).toBe(204);
    const first = await ann.rest.get('/users/me/blocks?limit=1');
    const second = await ann.rest.get(`/users/me/blocks?limit=1&cursor=${first.body.nextCursor}`);
    const listed = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(listed).toEqual([ben.id, cat.id].sort());
    expect(second.body.nextCursor).toBeNull();
    expect((await ben.rest.get('/users/me/blocks')).body.items).toEqual([]);
    for (let n = 0; n < 2; n++) expect((await ann.rest.delete(`/users/me/blocks/${ben.id}`)).status).toBe(204);
    expect((await ann.rest.get('/users/me/blocks')).body.items.map(({ id }: { id: string }) => id)).toEqual([cat.id]);
  });

  it('prevents both users from starting a direct conversation and from adding each other to a group or room', async () => {
    const { body: bens } = await ben.rest.post('/conversations', { type: 'group', memberIds: [cat.id] });
    const { body: room } = await ben.rest.post('/conversations', { type: 'room', title: 'Room of Ben' });
    await block(ann, ben);
    expectProblem(await direct(ben, ann), BLOCKED);
    expectProblem(await direct(ann, ben), BLOCKED);
    for (const [by, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const group = { type: 'group', memberIds: [cat.id, other.id] };
      expectProblem(await by.rest.post('/conversations', group), BLOCKED);
      const device = await by.connect();
      expectRefusal(await device.emit('conversation:create', group), BLOCKED);
    }
    const { body: others } = await cat.rest.get('/conversations');
    expect(others.items.map(({ id }: { id: string }) => id)).toEqual([bens.id]);
    for (const { id } of [bens, room]) {
      const added = await ben.rest.post(`/conversations/${id}/members`, { userIds: [cat.id, ann.id] });
      expectProblem(added, BLOCKED);
    }
    expect((await ben.rest.get(`/conversations/${room.id}/members`)).body.items).toHaveLength(1);
    // A third user may add both, and both may join a public room.
    expect((await cat.rest.post(`/conversations/${bens.id}/members`, { userIds: [ann.id] })).status).toBe(200);
    expect((await ann.rest.post(`/conversations/${room.id}/join`)).status).toBe(200);
    expect((await ann.rest.post('/messages', { conversationId: room.id, text: 'Hello Ben' })).status).toBe(201);
  });

  it('stops messages in an existing direct conversation both ways, and keeps it readable', async () => {
    const { body: conversation } = await direct(ann, ben);
    const { id: conversationId } = conversation;
    const [anns, bens] = [await ann.connect(), await ben.connect()];
    const send = (by: Account, text: string, id?: string) =>
      by.rest.post('/messages', { conversationId, text, ...(id && { id }) });
    const [fromAnn, fromBen] = [(await send(ann, 'Hi')).body, (await send(ben, 'Hello')).body];
    await ann.rest.put(`/messages/${fromBen.id}/reactions/${encodeURIComponent('👍')}`);
    await block(ann, ben);
    for (const [by, device, own, theirs] of [
      [ann, anns, fromAnn, fromBen],
      [ben, bens, fromBen, fromAnn],
    ] as const) {
      expectProblem(await send(by, 'Still there?'), BLOCKED);
      expectRefusal(await device.emit('message:send', { conversationId, text: 'Still there?' }), BLOCKED);
      expectProblem(await by.rest.patch(`/messages/${own.id}`, { text: 'Edited' }), BLOCKED);
      expectRefusal(await device.emit('message:react', { id: theirs.id, emoji: '👎' }), BLOCKED);
      // A retry of a stored message still succeeds, and the history stays readable.
      expect((await send(by, own.text, own.id)).status).toBe(200);
      const { body: page } = await by.rest.get(`/messages?conversationId=${conversationId}`);
      expect(page.items.map(({ text }: { text: string }) => text)).toEqual(['Hi', 'Hello']);
      const again = await direct(by, by === ann ? ben : ann);
      expect({ status: again.status, id: again.body.id }).toEqual({ status: 200, id: conversationId });
      await device.emit('typing:start', { conversationId });
    }
    // Users can still remove their own reactions and messages.
    const unreact = await ann.rest.delete(`/messages/${fromBen.id}/reactions/${encodeURIComponent('👍')}`);
    expect(unreact.body.reactions).toEqual([]);
    expect((await ben.rest.delete(`/messages/${fromBen.id}`)).status).toBe(200);
    await ann.rest.delete(`/users/me/blocks/${ben.id}`);
    expect((await send(ben, 'Sorry')).status).toBe(201);
    await anns.next('message:created', ({ message }) => message.text === 'Sorry');
    expect([...anns.all('typing'), ...bens.all('typing')]).toEqual([]);
  });
});
