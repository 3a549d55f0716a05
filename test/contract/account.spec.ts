import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { AccountRepository } from '../../src/account/account.repository.js';
import type { Session } from '../../src/sessions/session.js';
import { newId } from '../../src/common/uuid.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter } from '../../src/infrastructure/database/transaction.js';
import { waitFor } from '../support/wait-for.js';
import {
  after,
  conversationOf,
  inDatabase,
  newConversation,
  newMessage,
  newUser,
  NOON,
  people,
  type Stores,
  upTo,
} from './stores.js';

const DAY_MS = 86_400_000;
const ISO_NOON = NOON.toISOString();

describe('an account', () => {
  let stores: Stores;
  let database: Database;
  let accounts: AccountRepository;
  let [ann, ben, cleo] = ['', '', ''];
  beforeAll(async () => {
    const opened = await inDatabase();
    ({ database, accounts } = opened);
    stores = opened;
  });
  beforeEach(async () => {
    [ann = '', ben = '', cleo = ''] = await people(stores, 3);
  });
  afterAll(() => stores.close());

  const session = (userId: string, more: Partial<Session> = {}): Session => ({
    id: newId(),
    userId,
    deviceId: newId(),
    deviceName: 'Zoë’s 📱',
    platform: 'ios',
    salt: 'A'.repeat(43),
    generation: 1,
    confirmed: 1,
    rotations: [NOON.getTime()],
    createdAt: NOON,
    lastSeenAt: after(1),
    expiresAt: after(60 * DAY_MS),
    ended: null,
    ...more,
  });
  const opened = async (userId: string, more: Partial<Session> = {}): Promise<string> => {
    const one = session(userId, more);
    await stores.sessions.add(one);
    return one.id;
  };
  const rowsOf = (table: string, column: string, id: string) =>
    database.rows(`SELECT * FROM ${table} WHERE ${column} = ?`, [id]);
  /** Rows of equal columns, by a few statements. */
  async function insert(table: string, rows: readonly Readonly<Record<string, Parameter>>[]): Promise<void> {
    await database.write(async (tx) => {
      for (let done = 0; done < rows.length; done += 500) tx.insert(table, rows.slice(done, done + 500));
    });
  }
  /** The statement of another connection, with that id in it, that the server is at. */
  async function runningWith(id: string): Promise<string | null> {
    const [running] = await database.rows(
      'SELECT info AS statement FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND info LIKE ?',
      [`%${id}%`],
    );
    return running === undefined ? null : String(running['statement']);
  }
  /** Waits until a statement with that id in it gets no further. */
  async function stuckOn(id: string): Promise<void> {
    let before: string | null = null;
    await waitFor('a statement waits', async () => {
      const last = before;
      before = await runningWith(id);
      return before !== null && before === last;
    });
  }
  async function listed<T>(items: AsyncGenerator<T>): Promise<T[]> {
    const list: T[] = [];
    for await (const item of items) list.push(item);
    return list;
  }

  describe('that is erased', () => {
    it('is an id and a date, and nothing that anybody could be known by', async () => {
      const user = await stores.users.add(newUser({ email: `${newId()}@example.org`, displayName: 'Zoë' }));
      await stores.users.update(user.id, { avatarUrl: 'https://example.org/a.png', about: 'Me' });
      await stores.presence.setLastSeen([user.id], after(3));
      const token = { kind: 'verify', userId: user.id, createdAt: NOON, expiresAt: after(DAY_MS) } as const;
      await stores.mailTokens.add({ ...token, hash: 'of ann' }, { max: 3, since: NOON });
      await stores.mailTokens.verifyEmail('of ann', NOON);
      const [before] = await rowsOf('users', 'id', user.id);
      expect(Object.entries(before ?? {}).filter(([, value]) => value === null)).toEqual([['deleted_at', null]]);

      await accounts.erase(user.id, after(5));
      expect(await rowsOf('mail_tokens', 'user_id', user.id)).toEqual([]);
      const [row] = await rowsOf('users', 'id', user.id);
      const { id, state_rev, created_at, deleted_at, ...personal } = row ?? {};
      expect([id, state_rev, created_at]).toEqual([user.id, before?.['state_rev'], before?.['created_at']]);
      expect(deleted_at).not.toBeNull();
      expect(new Set(Object.values(personal))).toEqual(new Set([null]));
      expect(Object.keys(personal).sort()).toEqual([
        'about',
        'avatar_url',
        'display_name',
        'display_name_folded',
        'email',
        'email_verified_at',
        'last_seen_at',
        'password_hash',
        'username',
      ]);
    });

    it('leaves its username and e-mail address to whoever comes', async () => {
      const email = `${newId()}@example.org`;
      const { id, username } = await stores.users.add(newUser({ email }));
      const next = newUser({ username: username ?? '', email });
      await expect(stores.users.add(next)).rejects.toMatchObject({ code: 'username_taken' });
      await accounts.erase(id, NOON);
      await expect(stores.users.add(next)).resolves.toMatchObject({ id: next.id, username, email });
      expect(await stores.users.credentials(username ?? '')).toMatchObject({ user: { id: next.id } });
    });

    it('ends the sessions that were alive, names them, and forgets every device', async () => {
      const [one, two] = [await opened(ann), await opened(ann, { deviceId: null, deviceName: null })];
      const loggedOut = await opened(ann);
      await stores.sessions.end(ann, { only: loggedOut }, 'logged_out', after(1));
      const expired = await opened(ann, { expiresAt: after(4) });
      const bens = await opened(ben, { deviceId: 'bens' });

      expect((await accounts.erase(ann, after(4))).sort()).toEqual([one, two].sort());
      const found = await Promise.all([one, two, loggedOut, expired, bens].map((id) => stores.sessions.byId(id)));
      expect(found.map((kept) => [kept?.ended, kept?.deviceId, kept?.deviceName])).toEqual([
        ['account_deleted', null, null],
        ['account_deleted', null, null],
        ['logged_out', null, null],
        ['account_deleted', null, null],
        [null, 'bens', 'Zoë’s 📱'],
      ]);
      expect(await stores.sessions.alive(ann, NOON, '', 10)).toEqual([]);
      const ends = await listed(accounts.sessions(ann));
      expect(new Map(ends.map(({ id, endedAt }) => [id, endedAt]))).toEqual(
        new Map([
          [one, after(4).toISOString()],
          [two, after(4).toISOString()],
          [loggedOut, after(1).toISOString()],
          [expired, after(4).toISOString()],
        ]),
      );
    });

    it('is in no block, neither its own nor another’s, and the others stay', async () => {
      for (const [userId, blockedId] of [
        [ann, ben],
        [ben, ann],
        [cleo, ann],
        [cleo, ben],
      ] as const) {
        await stores.blocks.add(userId, blockedId, NOON);
      }
      await accounts.erase(ann, NOON);
      expect(await stores.blocks.among(ann, [ben, cleo])).toEqual([]);
      expect([await rowsOf('blocks', 'user_id', ann), await rowsOf('blocks', 'blocked_id', ann)]).toEqual([[], []]);
      expect(await listed(accounts.blocks(cleo))).toEqual([{ userId: ben, blockedAt: ISO_NOON }]);
    });

    it('can be erased again, which ends nothing more', async () => {
      const one = await opened(ann);
      expect(await accounts.erase(ann, after(1))).toEqual([one]);
      expect(await accounts.erase(ann, after(2))).toEqual([]);
      expect(await stores.sessions.byId(one)).toMatchObject({ ended: 'account_deleted' });
      const [end] = await listed(accounts.sessions(ann));
      expect(end?.endedAt).toBe(after(1).toISOString());
    });

    it('names its sessions once when it is erased many times at once', async () => {
      const ids = [await opened(ann), await opened(ann)];
      const ended = await Promise.all(upTo(4).map(() => accounts.erase(ann, NOON)));
      expect(ended.flat().sort()).toEqual(ids.sort());
    });

    it.each<[string, () => Promise<unknown>]>([
      [
        'added to a group',
        async () => {
          const group = await conversationOf(stores, 'group', [ben]);
          return stores.conversations.changeMembers(group, ben, [ann], NOON, () => [
            { kind: 'join', userId: ann, role: 'member' },
          ]);
        },
      ],
      ['in a new conversation', () => stores.conversations.create(newConversation('direct', [ben, ann]))],
      ['logged in', () => stores.sessions.add(session(ann))],
      ['blocking anybody', () => stores.blocks.add(ann, ben, NOON)],
      ['blocked by anybody', () => stores.blocks.add(ben, ann, NOON)],
    ])('is not %s by whoever began that before the end and is done after it', async (_case, begin) => {
      let begun: Promise<unknown> | undefined;
      await database.write(async (tx) => {
        await tx.rows(`SELECT id FROM users WHERE id = ?${tx.forUpdate}`, [ann]);
        begun = begin().catch((error: unknown) => error);
        // SQLite runs one write at a time: there it comes after this one by itself.
        if (process.env['TEST_DATABASE_URL']) await stuckOn(ann);
        await tx.run('UPDATE users SET deleted_at = ? WHERE id = ?', [NOON, ann]);
      });
      await begun;
      expect(await stores.conversations.idsOf(ann)).toEqual([]);
      expect(await stores.sessions.alive(ann, NOON, '', 10)).toEqual([]);
      expect(await stores.blocks.among(ann, [ben])).toEqual([]);
    });

    it('keeps what it said, for others to read', async () => {
      const group = await conversationOf(stores, 'group', [ann, ben]);
      const { message } = await stores.messages.append(newMessage(group, ann, { text: 'I was here' }));
      await accounts.erase(ann, NOON);
      expect(await stores.messages.byId(message.id)).toMatchObject({ text: 'I was here', sender: { id: ann } });
      expect(await listed(accounts.messages(ann))).toMatchObject([{ id: message.id, text: 'I was here' }]);
    });
  });

  describe('as it is exported', () => {
    it('says when its user was last here', async () => {
      expect(await accounts.lastSeenAt(ann)).toBeNull();
      await stores.presence.setLastSeen([ann], after(7));
      expect(await accounts.lastSeenAt(ann)).toBe(after(7).toISOString());
      expect(await accounts.lastSeenAt(newId())).toBeNull();
    });

    it('has one of each as it is, and nothing of anybody else', async () => {
      const sessionId = await opened(ann, { deviceId: 'phone-1' });
      await opened(ben);
      await stores.blocks.add(ann, cleo, after(2));
      await stores.blocks.add(cleo, ann, after(2));
      const group = await conversationOf(stores, 'group', [ann, ben], { title: 'Trip 🏔' });
      await conversationOf(stores, 'group', [ben, cleo]);
      const { message: quoted } = await stores.messages.append(newMessage(group, ben, { text: 'Where to?' }));
      const { message } = await stores.messages.append(
        newMessage(group, ann, {
          text: 'Grüße',
          replyToId: quoted.id,
          mentions: [ben],
          metadata: '{"card":["🦊"]}',
          createdAt: after(3),
        }),
      );
      await stores.messages.change(message.id, ann, after(4), () => ({ kind: 'edit', text: 'Grüße 👋' }));
      for (const [by, emoji] of [
        [ann, '👍'],
        [ben, '👍'],
        [ben, '🎉'],
      ] as const) {
        await stores.messages.change(quoted.id, by, after(5), () => ({ kind: 'react', emoji }));
      }

      expect(await listed(accounts.sessions(ann))).toEqual([
        {
          id: sessionId,
          deviceId: 'phone-1',
          deviceName: 'Zoë’s 📱',
          platform: 'ios',
          createdAt: ISO_NOON,
          lastSeenAt: after(1).toISOString(),
          endedAt: null,
        },
      ]);
      expect(await listed(accounts.blocks(ann))).toEqual([{ userId: cleo, blockedAt: after(2).toISOString() }]);
      expect(await listed(accounts.memberships(ann))).toEqual([
        {
          conversationId: group,
          type: 'group',
          title: 'Trip 🏔',
          created: true,
          role: 'owner',
          joinedAt: ISO_NOON,
          leftAt: null,
          readSeq: 2,
          deliveredSeq: 2,
          mutedUntil: null,
          pinned: false,
          archived: false,
        },
      ]);
      expect(await listed(accounts.messages(ann))).toEqual([
        {
          id: message.id,
          conversationId: group,
          seq: 2,
          text: 'Grüße 👋',
          replyToSeq: 1,
          mentions: [ben],
          metadata: { card: ['🦊'] },
          createdAt: after(3).toISOString(),
          editedAt: after(4).toISOString(),
          deletedAt: null,
        },
      ]);
      expect(await listed(accounts.reactions(ann))).toEqual([{ conversationId: group, seq: 1, emoji: '👍' }]);
    });

    it('has what was deleted as a tombstone', async () => {
      const group = await conversationOf(stores, 'group', [ann]);
      const { message } = await stores.messages.append(newMessage(group, ann, { metadata: '{"a":1}' }));
      await stores.messages.change(message.id, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
      await stores.messages.change(message.id, ann, after(2), () => ({ kind: 'delete' }));
      expect(await listed(accounts.messages(ann))).toMatchObject([
        { id: message.id, text: '', metadata: null, mentions: [], deletedAt: after(2).toISOString() },
      ]);
      expect(await listed(accounts.reactions(ann))).toEqual([]);
    });

    it('has what its user left, and what they said there', async () => {
      const room = await conversationOf(stores, 'room', [ben, ann]);
      const { message } = await stores.messages.append(newMessage(room, ann));
      await stores.messages.change(message.id, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
      await stores.conversations.changeMembers(room, ann, [], after(2), () => [{ kind: 'leave', userId: ann }]);
      await stores.messages.append(newMessage(room, ben));
      expect(await listed(accounts.memberships(ann))).toMatchObject([
        { conversationId: room, leftAt: after(2).toISOString() },
      ]);
      expect(await listed(accounts.messages(ann))).toMatchObject([{ id: message.id }]);
      expect(await listed(accounts.reactions(ann))).toEqual([{ conversationId: room, seq: 1, emoji: '👍' }]);
    });

    it('is empty where nothing is', async () => {
      for (const userId of [ann, newId()]) {
        const lists = await Promise.all([
          listed(accounts.sessions(userId)),
          listed(accounts.blocks(userId)),
          listed(accounts.memberships(userId)),
          listed(accounts.messages(userId)),
          listed(accounts.reactions(userId)),
        ]);
        expect(lists).toEqual([[], [], [], [], []]);
      }
    });
  });

  describe('of many pages, as it is exported', () => {
    /** A page, a page and one more, and two pages to the row. */
    const COUNTS = [500, 501, 1_000];
    const ids = (count: number): string[] =>
      upTo(count)
        .map(() => newId())
        .sort();

    it.each(COUNTS)('has each of %d sessions once', async (count) => {
      const all = ids(count);
      const times = { created_at: NOON, last_seen_at: NOON, expires_at: NOON };
      const same = { user_id: ann, platform: 'web', salt: 's', generation: 1, confirmed: 1, rotations: '[]', ...times };
      await insert(
        'sessions',
        all.map((id) => ({ id, ...same })),
      );
      expect((await listed(accounts.sessions(ann))).map(({ id }) => id)).toEqual(all);
    });

    it.each(COUNTS)('has each of %d blocks once', async (count) => {
      const all = ids(count);
      await insert(
        'users',
        all.map((id) => ({ id, created_at: NOON })),
      );
      await insert(
        'blocks',
        all.map((id) => ({ user_id: ann, blocked_id: id, created_at: NOON })),
      );
      expect((await listed(accounts.blocks(ann))).map(({ userId }) => userId)).toEqual(all);
    });

    it.each(COUNTS)('has each of %d memberships once, and what was said in each', async (count) => {
      const all = ids(count);
      const times = { created_at: NOON, updated_at: NOON, active_at: NOON };
      await insert(
        'conversations',
        all.map((id) => ({ id, type: 'group', last_seq: 1, rev: 2, member_count: 1, ...times })),
      );
      await insert(
        'members',
        all.map((id) => ({ conversation_id: id, user_id: ann, role: 'owner', joined_at: NOON, rev: 1 })),
      );
      await insert(
        'messages',
        all.map((id) => ({
          conversation_id: id,
          seq: 1,
          id: newId(),
          rev: 2,
          sender_id: ann,
          text: 'x',
          created_at: NOON,
        })),
      );
      expect((await listed(accounts.memberships(ann))).map(({ conversationId }) => conversationId)).toEqual(all);
      expect((await listed(accounts.messages(ann))).map(({ conversationId }) => conversationId)).toEqual(all);
    });

    it('has each message and reaction of a long conversation once, in order', async () => {
      const group = await conversationOf(stores, 'group', [ann, ben]);
      // At both edges of every stretch that is looked through, and at the very end.
      const mine = [1, 1_999, 2_000, 2_001, 2_002, 3_999, 4_000, 4_001, 4_002];
      await insert(
        'messages',
        upTo(4_002).map((seq) => ({
          conversation_id: group,
          seq,
          id: newId(),
          rev: seq + 1,
          sender_id: mine.includes(seq) ? ann : ben,
          text: `${seq}`,
          created_at: NOON,
        })),
      );
      await insert(
        'reactions',
        mine.flatMap((seq) => [
          { conversation_id: group, seq, emoji: '👍', user_id: ann, rev: 5_000 },
          { conversation_id: group, seq, emoji: '👍', user_id: ben, rev: 5_001 },
        ]),
      );
      await database.write((tx) => tx.run('UPDATE conversations SET last_seq = 4002 WHERE id = ?', [group]));
      expect((await listed(accounts.messages(ann))).map(({ seq }) => seq)).toEqual(mine);
      expect((await listed(accounts.messages(ben))).map(({ seq }) => seq)).toEqual(
        upTo(4_002).filter((seq) => !mine.includes(seq)),
      );
      expect((await listed(accounts.reactions(ann))).map(({ seq }) => seq)).toEqual(mine);
    });
  });
});
