import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';

const outcome = ({ status, body }: Answer): unknown[] => [status, body?.code];
const NOT_FOUND = [404, 'not_found'];
const FORBIDDEN = [403, 'forbidden'];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('members of a conversation', () => {
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

  it('are listed by joining time, with every field of the contract', async () => {
    const id = await make('group', ben);
    await ann.rest.post(`/conversations/${id}/members`, { userIds: [cat.id] });
    const first = (await ben.rest.get(`/conversations/${id}/members?limit=2`)).body;
    const second = (await ben.rest.get(`/conversations/${id}/members?limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.nextCursor).toBeNull();
    const members = [...first.items, ...second.items];
    expect(members.map(({ user }) => user.id)).toEqual([...[ann.id, ben.id].sort(), cat.id]);
    expect(members[2]).toEqual({
      conversationId: id,
      user: {
        id: cat.id,
        username: cat.username,
        displayName: cat.username,
        avatarUrl: null,
        about: null,
        createdAt: expect.stringMatching(TIME),
        deleted: false,
      },
      role: 'member',
      joinedAt: expect.stringMatching(TIME),
      readSeq: 0,
      deliveredSeq: 0,
      online: false,
      rev: 2,
    });
  });

  it('are added by any group member, one rev each; existing members stay unchanged', async () => {
    const id = await make('group', ben);
    await ann.rest.post('/messages', { conversationId: id, text: 'before' });
    const { status, body } = await ben.rest.post(`/conversations/${id}/members`, {
      userIds: [ann.id, cat.id, eve.id],
    });
    expect(status).toBe(200);
    const byId = new Map(body.items.map((member: any) => [member.user.id, member]));
    expect(byId.get(ann.id)).toMatchObject({ role: 'owner', rev: 1 });
    expect([byId.get(cat.id), byId.get(eve.id)].map((member: any) => member.rev).sort()).toEqual([3, 4]);
    expect(byId.get(eve.id)).toMatchObject({ role: 'member', readSeq: 1, deliveredSeq: 1 });
    expect((await eve.rest.get(`/conversations/${id}`)).body).toMatchObject({
      rev: 4,
      memberCount: 4,
      me: { unreadCount: 0 },
      lastMessage: { text: 'before' },
    });
  });

  it('are added all or none', async () => {
    const id = await make('group', ben);
    const answer = await ann.rest.post(`/conversations/${id}/members`, { userIds: [cat.id, randomUUID()] });
    expect(outcome(answer)).toEqual(NOT_FOUND);
    expect((await ann.rest.get(`/conversations/${id}`)).body).toMatchObject({ memberCount: 2, rev: 1 });
    expect(outcome(await cat.rest.get(`/conversations/${id}`))).toEqual(NOT_FOUND);
  });

  it('are added to a room by owner and admin only', async () => {
    const id = await make('room', ben);
    expect(outcome(await ben.rest.post(`/conversations/${id}/members`, { userIds: [cat.id] }))).toEqual(FORBIDDEN);
    await setRole(id, ben, 'admin');
    expect((await ben.rest.post(`/conversations/${id}/members`, { userIds: [cat.id] })).status).toBe(200);
  });

  it('get roles from the owner, who becomes admin when transferring ownership', async () => {
    const id = await make('group', ben, cat);
    expect(outcome(await ben.rest.patch(`/conversations/${id}/members/${cat.id}`, { role: 'admin' }))).toEqual(
      FORBIDDEN,
    );
    expect((await setRole(id, ben, 'admin')).body).toMatchObject({ role: 'admin', rev: 2 });
    expect((await setRole(id, ben, 'admin')).body).toMatchObject({ role: 'admin', rev: 2 });
    expect(outcome(await setRole(id, ann, 'member'))).toEqual([409, 'conflict']);
    expect(outcome(await setRole(id, eve, 'admin'))).toEqual(NOT_FOUND);
    expect((await setRole(id, ben, 'owner')).body).toMatchObject({ role: 'owner', rev: 3 });
    expect((await ann.rest.get(`/conversations/${id}`)).body).toMatchObject({ rev: 4, me: { role: 'admin' } });
    expect(outcome(await setRole(id, cat, 'admin'))).toEqual(FORBIDDEN);
  });

  it('are removed by the owner, and by an admin if they have no role', async () => {
    const id = await make('group', ben, cat, eve);
    await setRole(id, ben, 'admin');
    const remove = (by: Account, who: Account): Promise<Answer> =>
      by.rest.delete(`/conversations/${id}/members/${who.id}`);
    expect(outcome(await eve.rest.delete(`/conversations/${id}/members/${cat.id}`))).toEqual(FORBIDDEN);
    expect(outcome(await remove(ben, ann))).toEqual(FORBIDDEN);
    expect((await remove(ben, cat)).status).toBe(204);
    expect(outcome(await remove(ben, cat))).toEqual(NOT_FOUND);
    expect(outcome(await cat.rest.get(`/conversations/${id}`))).toEqual(NOT_FOUND);
    expect((await remove(ann, ben)).status).toBe(204);
    expect((await remove(eve, eve)).status).toBe(204);
    expect((await ann.rest.get(`/conversations/${id}`)).body.memberCount).toBe(1);
  });

  it('join a public room once; joining again changes nothing', async () => {
    const id = await make('room');
    const first = await ben.rest.post(`/conversations/${id}/join`);
    expect([first.status, first.body.rev, first.body.me.role]).toEqual([200, 2, 'member']);
    expect((await ben.rest.post(`/conversations/${id}/join`)).body).toEqual(first.body);
    const group = await make('group', ben);
    expect(outcome(await ben.rest.post(`/conversations/${group}/join`))).toEqual(NOT_FOUND);
  });

  it('start with fresh state after rejoining', async () => {
    const id = await make('room', ben);
    await setRole(id, ben, 'admin');
    await ben.rest.post(`/conversations/${id}/leave`);
    await ann.rest.post('/messages', { conversationId: id, text: 'missed' });
    const { body } = await ben.rest.post(`/conversations/${id}/join`);
    expect(body).toMatchObject({ rev: 5, memberCount: 2, me: { role: 'member', readSeq: 1, unreadCount: 0 } });
  });

  it('inherit ownership when the owner leaves: the longest-serving admin first', async () => {
    const id = await make('group', ben);
    await ann.rest.post(`/conversations/${id}/members`, { userIds: [cat.id] });
    await ann.rest.post(`/conversations/${id}/members`, { userIds: [eve.id] });
    await setRole(id, eve, 'admin');
    expect((await ann.rest.post(`/conversations/${id}/leave`)).status).toBe(204);
    expect((await eve.rest.get(`/conversations/${id}`)).body).toMatchObject({
      rev: 6,
      memberCount: 3,
      me: { role: 'owner' },
    });
    await eve.rest.post(`/conversations/${id}/leave`);
    expect((await ben.rest.get(`/conversations/${id}`)).body.me.role).toBe('owner');
    await ben.rest.post(`/conversations/${id}/leave`);
    expect((await cat.rest.get(`/conversations/${id}`)).body.me.role).toBe('owner');
    await cat.rest.post(`/conversations/${id}/leave`);
    expect(outcome(await cat.rest.get(`/conversations/${id}`))).toEqual(NOT_FOUND);
  });

  it('leave a room in place when the last of them leaves', async () => {
    const id = await make('room');
    await ann.rest.post(`/conversations/${id}/leave`);
    expect((await eve.rest.post(`/conversations/${id}/join`)).body).toMatchObject({
      memberCount: 1,
      me: { role: 'member' },
    });
  });
});
