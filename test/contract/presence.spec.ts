import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import { after, newUser, NOON } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, inDatabase, people, type Stores, STORES, upTo } from './stores.js';

const isoAfter = (milliseconds: number) => after(milliseconds).toISOString();

describe.each(STORES)('presence %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo, dan] = ['', '', '', ''];
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    [ann = '', ben = '', cleo = '', dan = ''] = await people(stores, 4);
  });
  afterAll(() => stores.close());

  /** The users among the four whose presence a user may see, by id. */
  const visibleIds = async (userId: string) =>
    [...(await stores.presence.visibleTo(userId, [ann, ben, cleo, dan])).keys()].sort();
  const leave = (id: string, userId: string) =>
    changeMembers(stores, id, userId, [{ kind: 'leave', userId }], after(1));

  describe('visibility', () => {
    it.each(['direct', 'group', 'room'] as const)('holds between members of the same %s, both ways', async (type) => {
      await conversationOf(stores, type, [ann, ben]);
      await conversationOf(stores, 'group', [cleo, dan]);
      expect(await stores.presence.visibleTo(ann, [ben, cleo, dan])).toEqual(new Map([[ben, null]]));
      expect(await stores.presence.visibleTo(ben, [ann, cleo, dan])).toEqual(new Map([[ann, null]]));
      expect(await stores.presence.visibleTo(ann, [ben])).toEqual(new Map([[ben, null]]));
      expect(await stores.presence.visibleTo(ann, [newId()])).toEqual(new Map());
      expect(await stores.presence.visibleTo(ann, [])).toEqual(new Map());
    });

    it('reports a user once who shares several conversations', async () => {
      for (const type of ['direct', 'group', 'room', 'group'] as const) await conversationOf(stores, type, [ann, ben]);
      expect(await stores.presence.visibleTo(ann, [cleo, ben])).toEqual(new Map([[ben, null]]));
    });

    it('ends when a member leaves, and resumes on rejoining', async () => {
      const id = await conversationOf(stores, 'room', [ann, ben, cleo]);
      await leave(id, ben);
      expect(await visibleIds(ann)).toEqual([ann, cleo]);
      expect(await visibleIds(ben)).toEqual([ben]);
      await changeMembers(stores, id, ben, [{ kind: 'join', userId: ben, role: 'member' }], after(2));
      expect(await visibleIds(ben)).toEqual([ann, ben, cleo]);
    });

    it('lasts while at least one shared conversation remains', async () => {
      const [one, other] = [
        await conversationOf(stores, 'group', [ann, ben]),
        await conversationOf(stores, 'group', [ben, ann]),
      ];
      await leave(one, ben);
      expect(await visibleIds(ann)).toContain(ben);
      await leave(other, ann);
      expect(await visibleIds(ann)).not.toContain(ben);
    });

    it('ends with a block in either direction', async () => {
      await conversationOf(stores, 'group', [ann, ben, cleo]);
      await conversationOf(stores, 'direct', [ann, ben]);
      await stores.blocks.add(ann, ben, NOON);
      expect([await visibleIds(ann), await visibleIds(ben)]).toEqual([
        [ann, cleo],
        [ben, cleo],
      ]);
      expect(await visibleIds(cleo)).toEqual([ann, ben, cleo]);
      await stores.blocks.add(ben, ann, NOON);
      await stores.blocks.remove(ann, ben);
      expect([await visibleIds(ann), await visibleIds(ben)]).toEqual([
        [ann, cleo],
        [ben, cleo],
      ]);
      await stores.blocks.remove(ben, ann);
      expect(await visibleIds(ann)).toEqual([ann, ben, cleo]);
    });

    it('ends with a deleted account, whose last time is erased', async () => {
      await conversationOf(stores, 'group', [ann, ben]);
      await stores.presence.setLastSeen([ben], NOON);
      await stores.erase(ben);
      await stores.presence.setLastSeen([ben], after(1));
      expect((await stores.presence.visibleTo(ann, [ben])).get(ben) ?? null).toBeNull();
      expect(await stores.presence.lastSeen(ben)).toBeNull();
    });
  });

  describe('the last time online', () => {
    it('is null at first, and for an unknown user', async () => {
      expect(await stores.presence.lastSeen(ann)).toBeNull();
      expect(await stores.presence.lastSeen(newId())).toBeNull();
    });

    it('is stored for each of the given users, to the millisecond', async () => {
      await conversationOf(stores, 'group', [ann, ben, cleo]);
      await stores.presence.setLastSeen([ann, ben, newId()], NOON);
      await stores.presence.setLastSeen([], after(1));
      expect(await stores.presence.visibleTo(cleo, [ann, ben, cleo, dan])).toEqual(
        new Map([
          [ann, isoAfter(0)],
          [ben, isoAfter(0)],
          [cleo, null],
        ]),
      );
      expect(await stores.presence.lastSeen(ann)).toBe('2026-11-20T12:00:00.123Z');
      expect(await stores.presence.lastSeen(cleo)).toBeNull();
    });

    it('never moves back', async () => {
      for (const [at, expected] of [
        [5, 5],
        [4, 5],
        [5, 5],
        [6, 6],
        [-86_400_000, 6],
        [86_400_000, 86_400_000],
      ] as const) {
        await stores.presence.setLastSeen([ann], after(at));
        expect(await stores.presence.lastSeen(ann)).toBe(isoAfter(expected));
      }
    });

    it('is the latest of concurrent updates', async () => {
      await Promise.all(upTo(12).map((n) => stores.presence.setLastSeen([ann, ben], after(n))));
      for (const userId of [ann, ben]) expect(await stores.presence.lastSeen(userId)).toBe(isoAfter(12));
    });
  });
});

it('stores the last time of more users than one statement updates', async () => {
  const stores = await inDatabase();
  const crowd = upTo(1_001).map(() => newUser());
  await stores.database.write((tx) =>
    tx.insert(
      'users',
      crowd.map(({ id, username, createdAt }) => ({ id, username, display_name: '', created_at: createdAt })),
    ),
  );
  const last = crowd.pop();
  await stores.presence.setLastSeen(
    crowd.map(({ id }) => id),
    NOON,
  );
  const rows = await stores.database.rows('SELECT id FROM users WHERE last_seen_at IS NULL');
  expect(rows).toEqual([{ id: last?.id }]);
  await stores.close();
});
