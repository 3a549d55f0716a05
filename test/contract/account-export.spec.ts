import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { EXPORT_SECTIONS, type ExportView } from '../../src/account/account.dto.js';
import type { AccountRepository } from '../../src/account/account.repository.js';
import { newId } from '../../src/common/ids.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter } from '../../src/infrastructure/database/transaction.js';
import type { Session } from '../../src/sessions/session.js';
import { aSession, after, newMessage, NOON } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, inDatabase, people, type Stores, upTo } from './stores.js';

const ISO_NOON = NOON.toISOString();

describe('account data', () => {
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

  const session = (userId: string, more: Partial<Session> = {}): Session =>
    aSession(userId, { deviceId: newId(), deviceName: 'Zoë’s 📱', lastSeenAt: after(1), ...more });
  const opened = async (userId: string, more: Partial<Session> = {}): Promise<string> => {
    const one = session(userId, more);
    await stores.sessions.add(one);
    return one.id;
  };
  /** Rows of equal columns, by a few statements. */
  async function insert(table: string, rows: readonly Readonly<Record<string, Parameter>>[]): Promise<void> {
    await database.write(async (tx) => {
      for (let done = 0; done < rows.length; done += 500) tx.insert(table, rows.slice(done, done + 500));
    });
  }
  /** The items of one section of a user's export. */
  async function exported<K extends (typeof EXPORT_SECTIONS)[number]>(name: K, userId: string): Promise<ExportView[K]> {
    const items: object[] = [];
    for await (const item of accounts.sections(userId).get(name)!) items.push(item);
    return items as ExportView[K];
  }

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
