import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { Database } from '../../src/infrastructure/database/database.js';
import { type Account, PASSWORD } from '../clients/account.js';
import type { Rest } from '../clients/rest.js';
import { dump, dumpText } from '../harness/database-dump.js';
import { testFile } from '../harness/databases.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, INVALID_CREDENTIALS, NOT_FOUND, SESSION_REVOKED } from '../support/problem.js';

describe('account', () => {
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

  describe('deletion', () => {
    it('ends every session and socket at once, and refuses the next log-in', async () => {
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

    it('keeps the messages, with a sender whose name is null', async () => {
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

    it('removes the user from every conversation, with events in rev order', async () => {
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

    it('removes personal data from every table', async () => {
      const { id, rest, secrets } = await makePersonal(server);
      await rest.put(`/users/me/blocks/${ben.id}`);
      await cat.rest.put(`/users/me/blocks/${id}`);
      const database = server.running.app.get(Database);
      const before = await dumpText(database);
      expect(secrets.filter((secret) => !before.includes(secret))).toEqual([]);
      expect((await rest.delete('/users/me', { password: PASSWORD })).status).toBe(204);
      const after = await dumpText(database);
      expect(secrets.filter((secret) => after.includes(secret))).toEqual([]);
      expect((await cat.rest.get('/users/me/blocks')).body.items).toEqual([]);
      expect(await database.rows('SELECT password_hash FROM users WHERE id = ?', [id])).toEqual([
        { password_hash: null },
      ]);
    });

    it('removes personal data from the SQLite file, free pages included', async () => {
      const file = testFile();
      const { dataDir } = file.settings;
      const own = await TestServer.on(file);
      const { id, rest, secrets } = await makePersonal(own);
      expect((await rest.delete('/users/me', { password: PASSWORD })).status).toBe(204);
      await own.stop();
      const bytes = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name), 'latin1'));
      await file.remove();
      expect(bytes.join()).toContain(id);
      expect(secrets.filter((secret) => bytes.join().includes(Buffer.from(secret).toString('latin1')))).toEqual([]);
    });
  });

  /** Registers a user with every personal field set. @returns strings that occur nowhere else */
  async function makePersonal({ rest: anybody }: TestServer): Promise<{ id: string; rest: Rest; secrets: string[] }> {
    const mark = `zoe_${Date.now().toString(36)}`;
    const [displayName, email] = [`Zoe ${mark} Z.`, `${mark}@mail.example`];
    // Together larger than one SQLite page, so that a part is stored on an overflow page, which deletion frees.
    const about = `cheese of ${mark} ${'🧀'.repeat(470)}`;
    const device = { id: `device of ${mark}`, name: `pixel of ${mark}` };
    const account = { username: mark, password: PASSWORD, displayName, email, device };
    const { body } = await anybody.post('/auth/register', account);
    const rest = anybody.as(body.accessToken);
    const avatarUrl = `https://images.example/${mark}.png?${'x'.repeat(1_900)}`;
    expect((await rest.patch('/users/me', { about, avatarUrl })).status).toBe(200);
    const secrets = [
      displayName,
      email,
      about,
      device.id,
      device.name,
      `${mark}.png`,
      'x'.repeat(100),
      '🧀'.repeat(10),
    ];
    return { id: body.user.id, rest, secrets: [...secrets, mark] };
  }

  it('exports all data of the user, and none of other users', async () => {
    const group = await make(ben, { type: 'group', title: 'Trip', memberIds: [ann.id, cat.id] });
    const left = await make(ben, { type: 'group', title: 'Past', memberIds: [ann.id] });
    const [first, theirs] = [await say(ann, group.id, 'First'), await say(ben, group.id, 'Not Ann’s')];
    const past = await say(ann, left.id, 'Long ago');
    const own = await make(ann, { type: 'group', title: 'Own' });
    await ann.rest.patch(`/conversations/${own.id}/me`, { archived: true });
    await cat.rest.put(`/users/me/blocks/${ann.id}`);
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
    const places = body.conversations.map((each: any) => [each.conversationId, each.title, each.leftAt, each.created]);
    expect(places.sort()).toEqual(
      [
        [group.id, 'Trip', null, false],
        [left.id, 'Past', expect.any(String), false],
        [own.id, 'Own', null, true],
      ].sort(),
    );
    expect(body.conversations.find(({ created }: any) => created)).toMatchObject({ archived: true });
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
    await expectWhole(body);
  });

  /** Each row of each table that belongs to this user has its item in the export, column by column. */
  async function expectWhole(body: any): Promise<void> {
    /** By owner column: the exported items, and the columns that are internal or exported under another name. */
    const held: Record<string, [items: any[], besides: string]> = {
      'users.id': [[body.user], 'email_verified_at display_name_folded password_hash state_rev deleted_at'],
      'sessions.user_id': [body.sessions, 'user_id salt generation confirmed rotations expires_at ended_reason'],
      'blocks.user_id': [body.blocks, 'blocked_id created_at'],
      'members.user_id': [body.conversations, 'user_id rev state_rev archived_seq'],
      'conversations.created_by': [
        body.conversations.filter(({ created }: any) => created),
        'id title_folded topic direct_key created_by created_at updated_at active_at last_seq rev member_count',
      ],
      'messages.sender_id': [body.messages, 'sender_id rev reactions'],
      'reactions.user_id': [body.reactions, 'user_id rev'],
    };
    for (const [table, rows] of await dump(server.running.app.get(Database))) {
      for (const column of Object.keys(rows[0] ?? {})) {
        const mine = rows.filter((row) => row[column] === body.user.id);
        const whose = `${table}.${column}`;
        // A block by another user belongs to that user.
        if (mine.length === 0 || whose === 'blocks.blocked_id') continue;
        const [items, besides] = held[whose] ?? [[], ''];
        expect({ whose, count: items.length }).toEqual({ whose, count: mine.length });
        const columns = Object.keys(mine[0]!).filter((name) => !besides.split(' ').includes(name));
        const fields = columns.map((name) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
        expect(Object.keys(items[0])).toEqual(expect.arrayContaining(fields));
      }
    }
  }
});
