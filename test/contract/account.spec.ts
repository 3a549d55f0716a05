import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { EXPORT_SECTIONS, type ExportView } from '../../src/account/account.dto.js';
import type { AccountRepository } from '../../src/account/account.repository.js';
import { newId } from '../../src/common/ids.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import type { Session } from '../../src/sessions/session.js';
import type { RecordedEvents } from '../fakes/recorded-events.js';
import { aSession, after, newConversation, newMessage, newUser, NOON } from '../fakes/row-factories.js';
import { waitFor } from '../support/wait-for.js';
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
});
