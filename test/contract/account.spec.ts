import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { EXPORT_SECTIONS, type ExportView } from '../../src/account/account.dto.js';
import type { AccountRepository } from '../../src/account/account.repository.js';
import type { Session } from '../../src/sessions/session.js';
import { newId } from '../../src/common/uuid.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter } from '../../src/infrastructure/database/transaction.js';
import type { RecordedEvents } from '../fakes/recorded-events.js';
import { waitFor } from '../support/wait-for.js';
import { aSession, after, newConversation, newMessage, newUser, NOON } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, inDatabase, people, type Stores, upTo } from './stores.js';

const DAY_MS = 86_400_000;
const ISO_NOON = NOON.toISOString();

describe('account data', () => {
  let stores: Stores;
  let database: Database;
  let accounts: AccountRepository;
  let events: RecordedEvents;
  let [ann, ben, cleo] = ['', '', ''];
  beforeAll(async () => {
    const opened = await inDatabase();
    ({ database, accounts, events } = opened);
    stores = opened;
  });
  beforeEach(async () => {
    [ann = '', ben = '', cleo = ''] = await people(stores, 3);
  });
  afterAll(() => stores.close());

  const session = (userId: string, more: Partial<Session> = {}): Session =>
    aSession(userId, { deviceId: newId(), deviceName: 'Zoë’s 📱', lastSeenAt: after(1), ...more });
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
  /** The statement with that id that another connection is running. */
  async function runningWith(id: string): Promise<string | null> {
    const [running] = await database.rows(
      'SELECT info AS statement FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND info LIKE ?',
      [`%${id}%`],
    );
    return running === undefined ? null : String(running['statement']);
  }
  /** Waits until a statement with that id is blocked. */
  async function stuckOn(id: string): Promise<void> {
    let before: string | null = null;
    await waitFor('a statement is blocked', async () => {
      const last = before;
      before = await runningWith(id);
      return before !== null && before === last;
    });
  }
  /** The items of one section of a user's export. */
  async function exported<K extends (typeof EXPORT_SECTIONS)[number]>(name: K, userId: string): Promise<ExportView[K]> {
    const items: object[] = [];
    for await (const item of accounts.sections(userId).get(name)!) items.push(item);
    return items as ExportView[K];
  }
  /** Erases a user. @returns the ids of the sessions that the erasure ended */
  async function erased(userId: string, now: Date): Promise<string[]> {
    const publish = await accounts.erase(userId, now);
    publish();
    return events.take().map(({ event }) => event.sessionId);
  }

  describe('erasing an account', () => {
    it('keeps the id, the state revision and two dates, and nothing personal', async () => {
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

    it('frees the username and the e-mail address for a new account', async () => {
      const email = `${newId()}@example.org`;
      const { id, username } = await stores.users.add(newUser({ email }));
      const next = newUser({ username: username ?? '', email });
      await expect(stores.users.add(next)).rejects.toMatchObject({ code: 'username_taken' });
      await accounts.erase(id, NOON);
      await expect(stores.users.add(next)).resolves.toMatchObject({ id: next.id, username, email });
      expect(await stores.users.credentials(username ?? '')).toMatchObject({ user: { id: next.id } });
    });

    it('ends the active sessions, publishes each, and erases the device names of all sessions', async () => {
      const [one, two] = [await opened(ann), await opened(ann, { deviceId: null, deviceName: null })];
      const loggedOut = await opened(ann);
      await stores.sessions.end(ann, { only: loggedOut }, 'logged_out', after(1));
      const expired = await opened(ann, { expiresAt: after(4) });
      const bens = await opened(ben, { deviceId: 'bens' });

      expect((await erased(ann, after(4))).sort()).toEqual([one, two].sort());
      const found = await Promise.all([one, two, loggedOut, expired, bens].map((id) => stores.sessions.byId(id)));
      expect(found.map((kept) => [kept?.ended, kept?.deviceId, kept?.deviceName])).toEqual([
        ['account_deleted', null, null],
        ['account_deleted', null, null],
        ['logged_out', null, null],
        ['account_deleted', null, null],
        [null, 'bens', 'Zoë’s 📱'],
      ]);
      expect(await stores.sessions.alive(ann, NOON, '', 10)).toEqual([]);
      const ends = await exported('sessions', ann);
      expect(new Map(ends.map(({ id, endedAt }) => [id, endedAt]))).toEqual(
        new Map([
          [one, after(4).toISOString()],
          [two, after(4).toISOString()],
          [loggedOut, after(1).toISOString()],
          [expired, after(4).toISOString()],
        ]),
      );
    });

    it('deletes the blocks by and of the user, and keeps the blocks between others', async () => {
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
      expect(await exported('blocks', cleo)).toEqual([{ userId: ben, blockedAt: ISO_NOON }]);
    });

    it('ends no session a second time when it is repeated', async () => {
      const one = await opened(ann);
      expect(await erased(ann, after(1))).toEqual([one]);
      expect(await erased(ann, after(2))).toEqual([]);
      expect(await stores.sessions.byId(one)).toMatchObject({ ended: 'account_deleted' });
      const [end] = await exported('sessions', ann);
      expect(end?.endedAt).toBe(after(1).toISOString());
    });

    it('publishes each ended session once when erasures run concurrently', async () => {
      const ids = [await opened(ann), await opened(ann)];
      const ended = await Promise.all(upTo(4).map(() => erased(ann, NOON)));
      expect(ended.flat().sort()).toEqual(ids.sort());
    });

    it.each<[string, () => Promise<unknown>]>([
      [
        'added to a group',
        async () => {
          const group = await conversationOf(stores, 'group', [ben]);
          return changeMembers(stores, group, ben, [{ kind: 'join', userId: ann, role: 'member' }]);
        },
      ],
      ['in a new conversation', () => stores.conversations.create(newConversation('direct', [ben, ann]))],
      ['logged in', () => stores.sessions.add(session(ann))],
      ['blocking anyone', () => stores.blocks.add(ann, ben, NOON)],
      ['blocked by anyone', () => stores.blocks.add(ben, ann, NOON)],
    ])(
      'leaves the user not %s by a transaction that began before the erasure and ends after it',
      async (_case, begin) => {
        let begun: Promise<unknown> | undefined;
        await database.write(async (tx) => {
          await tx.rows(`SELECT id FROM users WHERE id = ?${tx.forUpdate}`, [ann]);
          begun = begin().catch((error: unknown) => error);
          // SQLite runs one write at a time, so `begin` waits for this transaction anyway.
          if (process.env['TEST_DATABASE_URL']) await stuckOn(ann);
          await tx.run('UPDATE users SET deleted_at = ? WHERE id = ?', [NOON, ann]);
        });
        await begun;
        expect(await stores.members.conversationIdsOf(ann)).toEqual([]);
        expect(await stores.sessions.alive(ann, NOON, '', 10)).toEqual([]);
        expect(await stores.blocks.among(ann, [ben])).toEqual([]);
      },
    );

    it('keeps the messages readable for the other members', async () => {
      const group = await conversationOf(stores, 'group', [ann, ben]);
      const { result: message } = await stores.messages.append(newMessage(group, ann, { text: 'I was here' }));
      await accounts.erase(ann, NOON);
      expect(await stores.messages.byId(message.id)).toMatchObject({ text: 'I was here', sender: { id: ann } });
      expect(await exported('messages', ann)).toMatchObject([{ id: message.id, text: 'I was here' }]);
    });
  });

  describe('exporting an account', () => {
    it('contains the time of the last connection', async () => {
      expect(await accounts.lastSeenAt(ann)).toBeNull();
      await stores.presence.setLastSeen([ann], after(7));
      expect(await accounts.lastSeenAt(ann)).toBe(after(7).toISOString());
      expect(await accounts.lastSeenAt(newId())).toBeNull();
    });

    it('contains each kind of data, and no data of other users', async () => {
      const sessionId = await opened(ann, { deviceId: 'phone-1' });
      await opened(ben);
      await stores.blocks.add(ann, cleo, after(2));
      await stores.blocks.add(cleo, ann, after(2));
      const group = await conversationOf(stores, 'group', [ann, ben], { title: 'Trip 🏔' });
      await conversationOf(stores, 'group', [ben, cleo]);
      const { result: quoted } = await stores.messages.append(newMessage(group, ben, { text: 'Where to?' }));
      const { result: message } = await stores.messages.append(
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

      expect(await exported('sessions', ann)).toEqual([
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
      expect(await exported('blocks', ann)).toEqual([{ userId: cleo, blockedAt: after(2).toISOString() }]);
      expect(await exported('conversations', ann)).toEqual([
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
      expect(await exported('messages', ann)).toEqual([
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
      expect(await exported('reactions', ann)).toEqual([{ conversationId: group, seq: 1, emoji: '👍' }]);
    });

    it('contains a deleted message as a tombstone', async () => {
      const group = await conversationOf(stores, 'group', [ann]);
      const { result: message } = await stores.messages.append(newMessage(group, ann, { metadata: '{"a":1}' }));
      await stores.messages.change(message.id, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
      await stores.messages.change(message.id, ann, after(2), () => ({ kind: 'delete' }));
      expect(await exported('messages', ann)).toMatchObject([
        { id: message.id, text: '', metadata: null, mentions: [], deletedAt: after(2).toISOString() },
      ]);
      expect(await exported('reactions', ann)).toEqual([]);
    });

    it('contains conversations that the user has left, with the messages and reactions there', async () => {
      const room = await conversationOf(stores, 'room', [ben, ann]);
      const { result: message } = await stores.messages.append(newMessage(room, ann));
      await stores.messages.change(message.id, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
      await changeMembers(stores, room, ann, [{ kind: 'leave', userId: ann }], after(2));
      await stores.messages.append(newMessage(room, ben));
      expect(await exported('conversations', ann)).toMatchObject([
        { conversationId: room, leftAt: after(2).toISOString() },
      ]);
      expect(await exported('messages', ann)).toMatchObject([{ id: message.id }]);
      expect(await exported('reactions', ann)).toEqual([{ conversationId: room, seq: 1, emoji: '👍' }]);
    });

    it('has empty sections for a user without data, and for an unknown one', async () => {
      for (const userId of [ann, newId()]) {
        const lists = await Promise.all(EXPORT_SECTIONS.map((name) => exported(name, userId)));
        expect(lists).toEqual([[], [], [], [], []]);
      }
    });
  });

  describe('exporting an account of many pages', () => {
    /** One full page, one row more than a page, and two full pages. */
    const COUNTS = [500, 501, 1_000];
    const ids = (count: number): string[] =>
      upTo(count)
        .map(() => newId())
        .sort();

    it.each(COUNTS)('contains each of %d sessions once', async (count) => {
      const all = ids(count);
      const times = { created_at: NOON, last_seen_at: NOON, expires_at: NOON };
      const same = { user_id: ann, platform: 'web', salt: 's', generation: 1, confirmed: 1, rotations: '[]', ...times };
      await insert(
        'sessions',
        all.map((id) => ({ id, ...same })),
      );
      expect((await exported('sessions', ann)).map(({ id }) => id)).toEqual(all);
    });

    it.each(COUNTS)('contains each of %d blocks once', async (count) => {
      const all = ids(count);
      await insert(
        'users',
        all.map((id) => ({ id, created_at: NOON })),
      );
      await insert(
        'blocks',
        all.map((id) => ({ user_id: ann, blocked_id: id, created_at: NOON })),
      );
      expect((await exported('blocks', ann)).map(({ userId }) => userId)).toEqual(all);
    });

    it.each(COUNTS)('contains each of %d memberships once, and the messages of each', async (count) => {
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
      expect((await exported('conversations', ann)).map(({ conversationId }) => conversationId)).toEqual(all);
      expect((await exported('messages', ann)).map(({ conversationId }) => conversationId)).toEqual(all);
    });

    it('contains each message and reaction of a long conversation once, in order', async () => {
      const group = await conversationOf(stores, 'group', [ann, ben]);
      // At both edges of every range of 2,000 that one query scans, and at the end.
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
      expect((await exported('messages', ann)).map(({ seq }) => seq)).toEqual(mine);
      expect((await exported('messages', ben)).map(({ seq }) => seq)).toEqual(
        upTo(4_002).filter((seq) => !mine.includes(seq)),
      );
      expect((await exported('reactions', ann)).map(({ seq }) => seq)).toEqual(mine);
    });
  });
});
