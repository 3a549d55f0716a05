import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';

const outcome = ({ status, body }: Answer): unknown[] => [status, body?.code];
const NOT_FOUND = [404, 'not_found'];
const NOT_A_MEMBER = [403, 'not_a_member'];
const FORBIDDEN = [403, 'forbidden'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('conversations', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  let cat: Account;
  let eve: Account;
  beforeAll(async () => {
    server = await TestServer.start({ ROOMS: 'general,tech,random,Alpha' });
    ann = await server.account('ann');
    ben = await server.account('ben');
    cat = await server.account('cat');
    eve = await server.account('eve');
  });
  afterAll(() => server.stop());

  async function make(type: 'group' | 'room', ...others: Account[]): Promise<string> {
    const { body } = await ann.rest.post('/conversations', {
      type,
      title: 'A title',
      memberIds: others.map(({ id }) => id),
    });
    return body.id;
  }

  const setRole = (id: string, account: Account, role: string): Promise<Answer> =>
    ann.rest.patch(`/conversations/${id}/members/${account.id}`, { role });

  it('have every field of the contract', async () => {
    const { status, body } = await ann.rest.post('/conversations', {
      type: 'group',
      title: ' Trip ',
      topic: 'Where to?',
      memberIds: [ben.id, ann.id],
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      type: 'group',
      title: 'Trip',
      topic: 'Where to?',
      createdBy: ann.id,
      createdAt: expect.stringMatching(TIME),
      updatedAt: body.createdAt,
      lastSeq: 0,
      rev: 1,
      memberCount: 2,
      lastMessage: null,
      peer: null,
      me: {
        role: 'owner',
        joinedAt: body.createdAt,
        readSeq: 0,
        deliveredSeq: 0,
        unreadCount: 0,
        mutedUntil: null,
        pinned: false,
        archived: false,
      },
    });
    expect((await ann.rest.get(`/conversations/${body.id}`)).body).toEqual(body);
    expect((await ben.rest.get(`/conversations/${body.id}`)).body).toEqual({
      ...body,
      me: { ...body.me, role: 'member' },
    });
  });

  describe('direct', () => {
    it('exist once per pair of users, and show the other user as peer', async () => {
      const [x, y] = [await server.account(), await server.account()];
      const first = await x.rest.post('/conversations', { type: 'direct', memberIds: [y.id] });
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ type: 'direct', title: null, peer: { id: y.id }, me: { role: 'member' } });
      expect(first.body.peer).not.toHaveProperty('email');
      const again = await y.rest.post('/conversations', { id: randomUUID(), type: 'direct', memberIds: [x.id] });
      expect([again.status, again.body.id, again.body.peer.id]).toEqual([200, first.body.id, x.id]);
    });

    it('have exactly two members and no title', async () => {
      for (const [fields, field] of [
        [{ memberIds: [ann.id] }, 'memberIds'],
        [{ memberIds: [] }, 'memberIds'],
        [{}, 'memberIds'],
        [{ memberIds: [ben.id, cat.id] }, 'memberIds'],
        [{ memberIds: [ben.id], title: 'x' }, 'title'],
      ] as const) {
        const answer = await ann.rest.post('/conversations', { type: 'direct', ...fields });
        expect([...outcome(answer), answer.body.errors[0].field]).toEqual([400, 'validation_failed', field]);
      }
      expect(outcome(await ann.rest.post('/conversations', { type: 'direct', memberIds: [randomUUID()] }))).toEqual(
        NOT_FOUND,
      );
    });

    it('cannot be left, renamed, deleted or extended', async () => {
      const { body } = await ann.rest.post('/conversations', { type: 'direct', memberIds: [cat.id] });
      const path = `/conversations/${body.id}`;
      for (const answer of [
        await ann.rest.post(`${path}/leave`),
        await ann.rest.patch(path, { title: 'x' }),
        await ann.rest.delete(path),
        await ann.rest.post(`${path}/members`, { userIds: [ben.id] }),
        await ann.rest.delete(`${path}/members/${cat.id}`),
        await ann.rest.delete(`${path}/members/${ann.id}`),
        await ann.rest.patch(`${path}/members/${cat.id}`, { role: 'admin' }),
      ]) {
        expect(outcome(answer)).toEqual(FORBIDDEN);
      }
      expect((await cat.rest.get(path)).body).toEqual({
        ...body,
        peer: expect.objectContaining({ id: ann.id }),
        me: expect.anything(),
      });
    });
  });

  it('are returned with 200 when their creator repeats the id, and refused to other users', async () => {
    const id = randomUUID();
    const first = await ann.rest.post('/conversations', { id, type: 'group', title: 'One' });
    expect([first.status, first.body.id]).toEqual([201, id]);
    const again = await ann.rest.post('/conversations', { id, type: 'group', title: 'One' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(outcome(await ben.rest.post('/conversations', { id, type: 'group' }))).toEqual([409, 'id_conflict']);
    expect(outcome(await ben.rest.post('/conversations', { id, type: 'direct', memberIds: [eve.id] }))).toEqual([
      409,
      'id_conflict',
    ]);
  });

  it('are hidden from users outside, except public rooms', async () => {
    const group = `/conversations/${await make('group', ben)}`;
    const room = `/conversations/${await make('room', ben)}`;
    for (const path of [group, `/conversations/${randomUUID()}`]) {
      for (const answer of [
        await eve.rest.get(path),
        await eve.rest.patch(path, { title: 'x' }),
        await eve.rest.delete(path),
        await eve.rest.get(`${path}/members`),
        await eve.rest.post(`${path}/members`, { userIds: [eve.id] }),
        await eve.rest.patch(`${path}/members/${ben.id}`, { role: 'admin' }),
        await eve.rest.delete(`${path}/members/${ben.id}`),
        await eve.rest.post(`${path}/join`),
        await eve.rest.post(`${path}/leave`),
      ]) {
        expect(outcome(answer)).toEqual(NOT_FOUND);
      }
    }
    expect((await eve.rest.get(room)).body).toMatchObject({
      type: 'room',
      me: null,
      lastMessage: null,
      memberCount: 2,
    });
    for (const answer of [
      await eve.rest.patch(room, { title: 'x' }),
      await eve.rest.delete(room),
      await eve.rest.get(`${room}/members`),
      await eve.rest.post(`${room}/members`, { userIds: [eve.id] }),
      await eve.rest.patch(`${room}/members/${ben.id}`, { role: 'admin' }),
      await eve.rest.delete(`${room}/members/${ben.id}`),
      await eve.rest.post(`${room}/leave`),
    ]) {
      expect(outcome(answer)).toEqual(NOT_A_MEMBER);
    }
  });

  it('are renamed by owner and admin', async () => {
    const id = await make('group', ben, cat);
    await setRole(id, ben, 'admin');
    const before = (await ann.rest.get(`/conversations/${id}`)).body;
    const { body } = await ben.rest.patch(`/conversations/${id}`, { title: 'New', topic: 'Why' });
    expect(body).toMatchObject({ title: 'New', topic: 'Why', rev: before.rev + 1, me: { role: 'admin' } });
    expect((await ben.rest.patch(`/conversations/${id}`, { title: 'New' })).body.rev).toBe(body.rev);
    expect((await ann.rest.patch(`/conversations/${id}`, { title: null, topic: '  ' })).body).toMatchObject({
      title: null,
      topic: null,
      rev: body.rev + 1,
    });
    expect(outcome(await cat.rest.patch(`/conversations/${id}`, { title: 'x' }))).toEqual(FORBIDDEN);
    const room = await make('room');
    expect(outcome(await ann.rest.patch(`/conversations/${room}`, { title: null }))).toEqual([
      400,
      'validation_failed',
    ]);
  });

  it('are deleted by their owner, with all messages', async () => {
    const id = await make('group', ben);
    const { body: message } = await ben.rest.post('/messages', { conversationId: id, text: 'x' });
    expect(outcome(await ben.rest.delete(`/conversations/${id}`))).toEqual(FORBIDDEN);
    expect((await ann.rest.delete(`/conversations/${id}`)).status).toBe(204);
    for (const answer of [
      await ann.rest.get(`/conversations/${id}`),
      await ben.rest.get(`/messages/${message.id}`),
      await ann.rest.delete(`/conversations/${id}`),
    ]) {
      expect(outcome(answer)).toEqual(NOT_FOUND);
    }
  });

  it('are created at start-up as public rooms without an owner', async () => {
    const { body } = await ann.rest.get('/conversations/discover?q=gen');
    expect(body.items).toHaveLength(1);
    const [general] = body.items;
    expect(general).toMatchObject({ type: 'room', title: 'general', createdBy: null, rev: 1, me: null });
    await ann.rest.post(`/conversations/${general.id}/join`);
    for (const answer of [
      await ann.rest.patch(`/conversations/${general.id}`, { title: 'mine' }),
      await ann.rest.delete(`/conversations/${general.id}`),
      await ann.rest.patch(`/conversations/${general.id}/members/${ann.id}`, { role: 'owner' }),
    ]) {
      expect(outcome(answer)).toEqual(FORBIDDEN);
    }
    await ann.rest.post(`/conversations/${general.id}/leave`);
  });

  it('are found by title prefix, page by page', async () => {
    const prefix = `zz${Date.now().toString(36)}`;
    for (const name of ['c', 'A', 'b', 'B%', 'É'])
      await ann.rest.post('/conversations', { type: 'room', title: `${prefix} ${name}` });
    await ann.rest.post('/conversations', { type: 'group', title: `${prefix} private` });
    const titles: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await eve.rest.get(
        `/conversations/discover?limit=2&q=${prefix.toUpperCase()}${cursor && `&cursor=${cursor}`}`,
      );
      titles.push(...body.items.map(({ title }: { title: string }) => title.slice(prefix.length + 1)));
      cursor = body.nextCursor;
    }
    expect(titles).toEqual(['A', 'b', 'B%', 'c', 'É']);
    expect((await eve.rest.get('/conversations/discover?q=%25')).body.items).toEqual([]);
    expect(outcome(await eve.rest.get('/conversations/discover?cursor=bogus'))).toEqual([400, 'validation_failed']);
  });

  it('are listed by latest activity, page by page, without gaps', async () => {
    const zoe = await server.account('zoe');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { body } = await zoe.rest.post('/conversations', { type: 'group', title: `g${n}`, memberIds: [ann.id] });
      ids.push(body.id);
    }
    await ann.rest.post('/messages', { conversationId: ids[1], text: 'hi' });
    await ann.rest.post('/messages', { conversationId: ids[3], text: 'ho' });
    const seen: any[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await zoe.rest.get(`/conversations?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(seen.map(({ id }) => id)).toEqual([ids[3], ids[1], ids[4], ids[2], ids[0]]);
    expect(seen[0]).toMatchObject({
      lastSeq: 1,
      lastMessage: { text: 'ho', sender: { id: ann.id } },
      me: { unreadCount: 1 },
    });
    expect((await zoe.rest.get('/conversations?archived=true')).body).toEqual({ items: [], nextCursor: null });
  });
});
