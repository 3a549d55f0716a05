import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { newMessage } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, inDatabase, people } from './stores.js';

/** The queries that each node runs every few seconds for all of its sockets. */
describe('stream positions', () => {
  let stores: Awaited<ReturnType<typeof inDatabase>>;
  let positions: StreamPositionsRepository;
  let [ann, ben, cleo]: string[] = [];

  beforeAll(async () => {
    stores = await inDatabase();
    positions = new StreamPositionsRepository(stores.database);
    [ann, ben, cleo] = await people(stores, 3);
  });
  afterAll(() => stores.close());

  it('returns the rev of conversations that are ahead, and null for deleted ones', async () => {
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
    expect(await positions.conversationsBeyond(known)).toEqual(
      new Map([
        [busy, 2],
        [gone, null],
      ]),
    );
    expect(await positions.conversationsBeyond([])).toEqual(new Map());
  });

  it('returns the stateRev and number of conversations of users that are ahead', async () => {
    const before = await positions.usersBeyond([ann!, ben!, cleo!].map((id) => [id, -1, null]));
    const known = [...before].map(([id, { stateRev, conversations }]) => [id, stateRev, conversations] as const);
    expect(known).toHaveLength(3);
    expect(await positions.usersBeyond(known)).toEqual(new Map());

    const id = await conversationOf(stores, 'group', [ann!, ben!]);
    await stores.memberStates.change({ conversationId: id, userId: ann!, receipt: null }, (state) => ({
      ...state,
      pinned: true,
    }));
    const of = (userId: string) => before.get(userId)!;
    expect(await positions.usersBeyond(known)).toEqual(
      new Map([
        [ann, { stateRev: of(ann!).stateRev + 1, conversations: of(ann!).conversations + 1 }],
        [ben, { stateRev: of(ben!).stateRev, conversations: of(ben!).conversations + 1 }],
      ]),
    );
    await changeMembers(stores, id, ann!, [{ kind: 'leave', userId: ben! }]);
    expect([...(await positions.usersBeyond(known)).keys()]).toEqual([ann]);
    expect(await positions.usersBeyond(known.map(([userId, stateRev]) => [userId, stateRev + 1, null]))).toEqual(
      new Map(),
    );
  });
});
