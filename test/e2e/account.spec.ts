import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { Database } from '../../src/database/database.js';
import { type Account, PASSWORD } from '../support/account.js';
import { expectProblem, INVALID_CREDENTIALS, NOT_FOUND, SESSION_REVOKED } from '../support/problem.js';
import { TestServer } from '../support/server.js';

describe('an account', () => {
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

  const erase = (account: Account, password = PASSWORD) => account.rest.delete('/users/me', { password });
  const make = async (by: Account, body: object): Promise<any> => (await by.rest.post('/conversations', body)).body;
  const say = async (by: Account, conversationId: string, text: string): Promise<any> =>
    (await by.rest.post('/messages', { conversationId, text })).body;

  describe('that is deleted', () => {
    it('ends its sessions and sockets at once, and logs in no more', async () => {
      const other = await ann.login({ id: 'tablet', name: 'Ann’s tablet' });
      const devices = [await ann.connect(), await ann.connect({ token: other.accessToken })];
      expectProblem(await erase(ann, 'not the password'), INVALID_CREDENTIALS);
      expect((await ann.rest.get('/users/me')).status).toBe(200);
      expect((await erase(ann)).status).toBe(204);
      for (const device of devices) {
        expect(await device.next('session:ended')).toEqual({ reason: 'account_deleted' });
        await device.next('disconnect');
      }
      for (const token of [ann.token, other.accessToken]) {
        expectProblem(await server.rest.as(token).get('/users/me'), SESSION_REVOKED);
      }
      expectProblem(await server.rest.post('/auth/refresh', { refreshToken: other.refreshToken }), SESSION_REVOKED);
      const login = { login: ann.username, password: PASSWORD };
      expectProblem(await server.rest.post('/auth/login', login), INVALID_CREDENTIALS);
      const { status } = await server.rest.post('/auth/register', { username: ann.username, password: PASSWORD });
      expect(status).toBe(201);
    });

    it('leaves its messages behind, from a deleted user', async () => {
      const group = await make(ben, { type: 'group', memberIds: [ann.id, cat.id] });
      const direct = await make(ann, { type: 'direct', memberIds: [ben.id] });
      const message = await say(ann, group.id, 'I was here');
      const answer = await ben.rest.post('/messages', {
        conversationId: group.id,
        text: 'You were',
        replyToId: message.id,
        mentions: [ann.id],
      });
      await ann.rest.put(`/messages/${answer.body.id}/reactions/${encodeURIComponent('❤️')}`);
      await say(ann, direct.id, 'Secretly');
      await erase(ann);
      const { body: page } = await cat.rest.get(`/messages?conversationId=${group.id}`);
      const nobody = { id: ann.id, username: null, displayName: null, avatarUrl: null };
      expect(page.items[0]).toEqual({ ...message, sender: nobody });
      expect(page.items[1]).toMatchObject({ mentions: [ann.id], reactions: [{ emoji: '❤️', userIds: [ann.id] }] });
      expect((await ben.rest.get(`/conversations/${direct.id}`)).body).toMatchObject({
        memberCount: 1,
        lastMessage: { text: 'Secretly', sender: nobody },
        peer: { id: ann.id, username: null, displayName: null, avatarUrl: null, about: null, deleted: true },
      });
      expect((await ben.rest.get(`/users/${ann.id}`)).body).toMatchObject({
        id: ann.id,
        username: null,
        deleted: true,
      });
      expect((await ben.rest.get(`/users?q=${ann.username}`)).body.items).toEqual([]);
    });

    it('goes from every conversation, which everybody hears in the order of rev', async () => {
      const owned = await make(ann, { type: 'group', memberIds: [ben.id, cat.id] });
      const alone = await make(ann, { type: 'group' });
      const room = await make(ann, { type: 'room', title: 'Room of Ann' });
      const direct = await make(ben, { type: 'direct', memberIds: [ann.id] });
      const bens = await ben.connect();
      await erase(ann);
      for (const { id } of [owned, direct]) {
        expect(await bens.next('member:left', (event) => event.conversationId === id)).toEqual({
          conversationId: id,
          rev: 2,
          userId: ann.id,
          by: ann.id,
          reason: 'deleted',
        });
      }
      const updated = await bens.next('member:updated');
      expect(updated).toMatchObject({ conversationId: owned.id, rev: 3, member: { role: 'owner' } });
      expect((await ben.rest.get(`/conversations/${owned.id}/members`)).body.items).toHaveLength(2);
      expectProblem(await ben.rest.get(`/conversations/${alone.id}`), NOT_FOUND);
      expect((await ben.rest.get(`/conversations/${room.id}`)).body).toMatchObject({ memberCount: 0 });
      expectProblem(await ben.rest.post('/conversations', { type: 'group', memberIds: [ann.id] }), NOT_FOUND);
      expectProblem(await ben.rest.put(`/users/me/blocks/${ann.id}`), NOT_FOUND);
    });

    it('leaves nothing personal in the database', async () => {
      const secrets = [
        'Annabel',
        'ann@mail.example',
        'likes cheese',
        'images.example/ann',
        'pixel of ann',
        'device-ann',
      ];
      await ann.rest.patch('/users/me', {
        displayName: 'Annabel',
        about: 'likes cheese',
        avatarUrl: 'https://images.example/ann.png',
      });
      const email = 'ann@mail.example';
      const database = server.running.app.get(Database);
      await database.write((tx) => tx.run('UPDATE users SET email = ? WHERE id = ?', [email, ann.id]));
      await ann.login({ id: 'device-ann', name: 'pixel of ann' });
      await ann.rest.put(`/users/me/blocks/${ben.id}`);
      await cat.rest.put(`/users/me/blocks/${ann.id}`);
      const held = async (): Promise<string> => {
        const tables = ['users', 'sessions', 'members', 'blocks'];
        const rows = await Promise.all(tables.map((table) => database.rows(`SELECT * FROM ${table}`)));
        return JSON.stringify(rows);
      };
      const before = await held();
      expect([...secrets, ann.username].filter((secret) => !before.includes(secret))).toEqual([]);
      await erase(ann);
      const after = await held();
      expect([...secrets, ann.username].filter((secret) => after.includes(secret))).toEqual([]);
      expect((await cat.rest.get('/users/me/blocks')).body.items).toEqual([]);
      expect(await database.rows('SELECT password_hash FROM users WHERE id = ?', [ann.id])).toEqual([
        { password_hash: null },
      ]);
    });
  });

  it('is exported with everything that is held on it, and nothing of others', async () => {
    const group = await make(ben, { type: 'group', title: 'Trip', memberIds: [ann.id, cat.id] });
    const left = await make(ben, { type: 'group', title: 'Past', memberIds: [ann.id] });
    const [first, theirs] = [await say(ann, group.id, 'First'), await say(ben, group.id, 'Not Ann’s')];
    const past = await say(ann, left.id, 'Long ago');
    const { body: reply } = await ann.rest.post('/messages', {
      conversationId: group.id,
      text: 'Second',
      replyToId: theirs.id,
      mentions: [ben.id],
      metadata: { a: 1 },
    });
    await ann.rest.put(`/messages/${theirs.id}/reactions/${encodeURIComponent('🎉')}`);
    await ann.rest.post(`/conversations/${left.id}/leave`);
    await ann.rest.put(`/users/me/blocks/${cat.id}`);
    await ann.login({ id: 'tablet', name: 'Tablet', platform: 'android' });
    const { status, headers, body } = await ann.rest.get('/users/me/export');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain('attachment');
    expect(body.user).toMatchObject({ id: ann.id, username: ann.username, lastSeenAt: null });
    expect(body.sessions.map(({ deviceName, platform }: any) => [deviceName, platform])).toEqual([
      [null, 'other'],
      ['Tablet', 'android'],
    ]);
    expect(body.blocks).toMatchObject([{ userId: cat.id }]);
    const places = body.conversations.map(({ conversationId, title, leftAt }: any) => [conversationId, title, leftAt]);
    expect(places.sort()).toEqual(
      [
        [group.id, 'Trip', null],
        [left.id, 'Past', expect.any(String)],
      ].sort(),
    );
    const written = body.messages.map(({ id, text }: any) => [id, text]);
    expect(written.sort()).toEqual(
      [
        [first.id, 'First'],
        [past.id, 'Long ago'],
        [reply.id, 'Second'],
      ].sort(),
    );
    expect(body.messages.find(({ id }: any) => id === reply.id)).toMatchObject({
      replyToSeq: theirs.seq,
      mentions: [ben.id],
      metadata: { a: 1 },
    });
    expect(body.reactions).toEqual([{ conversationId: group.id, seq: theirs.seq, emoji: '🎉' }]);
    expect(JSON.stringify(body)).not.toContain('Not Ann’s');
    expect(JSON.stringify(body)).not.toContain(ben.username);
  });
});
