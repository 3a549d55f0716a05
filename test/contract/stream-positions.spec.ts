import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { SyncRepository } from '../../src/sync/sync.repository.js';
import { changeMembers, conversationOf, inDatabase, newMessage, people } from './stores.js';

/** What a node asks every few seconds of all that it holds sockets of. */
describe('what has gone beyond what is known', () => {
  let stores: Awaited<ReturnType<typeof inDatabase>>;
  let progress: SyncRepository;
  let [ann, ben, cleo]: string[] = [];

  beforeAll(async () => {
    stores = await inDatabase();
    progress = new SyncRepository(stores.database);
    [ann, ben, cleo] = await people(stores, 3);
  });
  afterAll(() => stores.close());

  it('of conversations: their rev, or that they are gone', async () => {
    const [still, busy, ahead] = await Promise.all([1, 2, 3].map(() => conversationOf(stores, 'group', [ann!, ben!])));
    const gone = await conversationOf(stores, 'group', [ann!]);
    await stores.messages.append(newMessage(busy!, ann!));
    await stores.conversations.delete(gone, ann!, () => undefined);
    const known: [string, number][] = [
      [still!, 1],
      [busy!, 1],
      [ahead!, 7],
      [gone, 1],
    ];
    expect(await progress.conversationsBeyond(known)).toEqual(
      new Map([
        [busy, 2],
        [gone, null],
      ]),
    );
    expect(await progress.conversationsBeyond([])).toEqual(new Map());
  });

  it('of users: their stateRev, and how many conversations they are in', async () => {
    const before = await progress.usersBeyond([ann!, ben!, cleo!].map((id) => [id, -1, null]));
    const known = [...before].map(([id, { stateRev, conversations }]) => [id, stateRev, conversations] as const);
    expect(known).toHaveLength(3);
    expect(await progress.usersBeyond(known)).toEqual(new Map());

    const id = await conversationOf(stores, 'group', [ann!, ben!]);
    await stores.memberStates.change({ conversationId: id, userId: ann!, receipt: null }, (state) => ({
      ...state,
      pinned: true,
    }));
    const of = (userId: string) => before.get(userId)!;
    expect(await progress.usersBeyond(known)).toEqual(
      new Map([
        [ann, { stateRev: of(ann!).stateRev + 1, conversations: of(ann!).conversations + 1 }],
        [ben, { stateRev: of(ben!).stateRev, conversations: of(ben!).conversations + 1 }],
      ]),
    );
    await changeMembers(stores, id, ann!, [{ kind: 'leave', userId: ben! }]);
    expect([...(await progress.usersBeyond(known)).keys()]).toEqual([ann]);
    expect(await progress.usersBeyond(known.map(([userId, stateRev]) => [userId, stateRev + 1, null]))).toEqual(
      new Map(),
    );
  });
});
