import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { User } from '../../src/users/user.js';
import { after, newUser, NOON } from '../fakes/row-factories.js';
import { everyPage, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('blocks %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo, dan] = ['', '', '', ''];
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    [ann = '', ben = '', cleo = '', dan = ''] = await people(stores, 4);
  });
  afterAll(() => stores.close());

  const block = (userId: string, ...blockedIds: string[]) =>
    Promise.all(blockedIds.map((blockedId) => stores.blocks.add(userId, blockedId, NOON)));
  const listOf = async (userId: string) => (await stores.blocks.list(userId, '', 100)).map(({ id }) => id);
  const among = async (userId: string, ...userIds: string[]) => (await stores.blocks.among(userId, userIds)).sort();

  it('are stored once when repeated', async () => {
    for (const moment of [NOON, after(1), after(2)]) expect(await stores.blocks.add(ann, ben, moment)).toBe(true);
    expect(await listOf(ann)).toEqual([ben]);
    await stores.blocks.remove(ann, ben);
    expect(await listOf(ann)).toEqual([]);
    expect(await stores.blocks.add(ann, ben, NOON)).toBe(true);
    expect(await listOf(ann)).toEqual([ben]);
  });

  it('are stored once from concurrent attempts of both users', async () => {
    const both = upTo(6).flatMap(() => [stores.blocks.add(ann, ben, NOON), stores.blocks.add(ben, ann, NOON)]);
    expect(new Set(await Promise.all(both))).toEqual(new Set([true]));
    expect([await listOf(ann), await listOf(ben)]).toEqual([[ben], [ann]]);
  });

  it('are not stored for an unknown or deleted user', async () => {
    await stores.erase(ben);
    for (const nobody of [ben, newId()]) expect(await stores.blocks.add(ann, nobody, NOON)).toBe(false);
    expect(await listOf(ann)).toEqual([]);
    expect(await among(ann, ben)).toEqual([]);
  });

  it('are not stored by a deleted user', async () => {
    await stores.erase(ann);
    expect(await stores.blocks.add(ann, ben, NOON)).toBe(false);
    expect(await listOf(ann)).toEqual([]);
    expect(await among(ann, ben)).toEqual([]);
  });

  it('are removed one at a time, in one direction', async () => {
    await block(ann, ben, cleo);
    await block(ben, ann);
    await stores.blocks.remove(ann, ben);
    expect([await listOf(ann), await listOf(ben)]).toEqual([[cleo], [ann]]);
    for (const nobody of [ben, dan, newId()]) await stores.blocks.remove(ann, nobody);
    expect(await listOf(ann)).toEqual([cleo]);
  });

  it('are removed with the account of either user', async () => {
    await block(ann, ben, cleo);
    await block(ben, cleo);
    await block(cleo, dan);
    await stores.erase(ben);
    expect([await listOf(ann), await listOf(ben), await listOf(cleo)]).toEqual([[cleo], [], [dan]]);
    expect([await among(ben, ann, cleo, dan), await among(cleo, ann, ben, dan)]).toEqual([[], [ann, dan].sort()]);
  });

  it('are listed by the id of the blocked user, page by page', async () => {
    const crowd = await people(stores, 9);
    await block(ann, ...[...crowd].reverse());
    await block(ben, ann, cleo);
    for (const limit of [1, 4, 9, 100]) {
      const listed = await everyPage<User, string>(
        (start) => stores.blocks.list(ann, start ?? '', limit),
        ({ id }) => id,
      );
      expect(listed.map(({ id }) => id)).toEqual(crowd);
      expect(listed).toEqual(
        (await stores.users.byIds(crowd)).sort((a, b) => crowd.indexOf(a.id) - crowd.indexOf(b.id)),
      );
    }
    expect(await stores.blocks.list(newUser().id, '', 10)).toEqual([]);
  });

  it('are found in both directions, each user once', async () => {
    await block(ann, ben);
    await block(ben, ann);
    await block(cleo, ann);
    await block(cleo, dan);
    expect(await among(ann, ann, ben, cleo, dan, newId())).toEqual([ben, cleo]);
    expect(await among(ann, dan)).toEqual([]);
    expect(await among(dan, ann, ben, cleo)).toEqual([cleo]);
    expect(await among(ben, cleo, dan)).toEqual([]);
    expect(await among(ann)).toEqual([]);
  });
});
