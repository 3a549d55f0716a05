import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { MemberState } from '../../src/members/member-state.store.js';
import { after, ascending, conversationOf, newMessage, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('one’s own state %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, eve] = ['', '', ''];
  let group: string;
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    [ann = '', ben = '', eve = ''] = await people(stores, 3);
    group = await conversationOf(stores, 'group', [ann, ben]);
    for (const text of ['a', 'b', 'c']) await stores.messages.append(newMessage(group, ann, { text }));
  });
  afterAll(() => stores.close());

  const change = (by: string, more: Partial<MemberState>) =>
    stores.ownStates.change(group, by, (state) => ({ ...state, ...more }));

  it('changes at the user’s next stateRev, and is what they see from then on', async () => {
    const mutedUntil = after(1_000);
    expect(await change(ben, { readSeq: 2, deliveredSeq: 3 })).toMatchObject({ change: { stateRev: 1 } });
    const result = await change(ben, { pinned: true, mutedUntil, archivedSeq: 3 });
    expect(result).toEqual({
      changed: true,
      memberCount: 2,
      change: {
        userId: ben,
        conversationId: group,
        stateRev: 2,
        me: expect.objectContaining({
          role: 'member',
          readSeq: 2,
          deliveredSeq: 3,
          unreadCount: 1,
          mutedUntil: mutedUntil.toISOString(),
          pinned: true,
          archived: true,
        }),
      },
    });
    expect((await stores.conversations.view(group, ben))?.me).toEqual(result?.change.me);
    expect((await stores.conversations.view(group, ann))?.me).toMatchObject({ pinned: false, readSeq: 3 });
  });

  it('is told as it is when nothing is decided', async () => {
    const result = await stores.ownStates.change(group, ben, () => null);
    expect(result).toMatchObject({ changed: false, change: { stateRev: 0, me: { readSeq: 0, unreadCount: 3 } } });
  });

  it('takes no stateRev for a message of one’s own, which reads everything before it', async () => {
    await stores.messages.append(newMessage(group, ben));
    expect(await change(ben, { pinned: true })).toMatchObject({
      change: { stateRev: 1, me: { readSeq: 4, deliveredSeq: 4, unreadCount: 0 } },
    });
  });

  it('stays behind when its user leaves, and starts anew when they come back', async () => {
    await change(ben, { pinned: true, readSeq: 1, deliveredSeq: 1 });
    await stores.conversations.changeMembers(group, ben, [], after(1), () => [{ kind: 'leave', userId: ben }]);
    await stores.conversations.changeMembers(group, ann, [], after(2), () => [
      { kind: 'join', userId: ben, role: 'member' },
    ]);
    expect((await stores.conversations.view(group, ben))?.me).toMatchObject({
      pinned: false,
      readSeq: 3,
      unreadCount: 0,
    });
  });

  it('is for members only', async () => {
    await expect(change(eve, { pinned: true })).rejects.toMatchObject({ code: 'not_found' });
    group = await conversationOf(stores, 'room', [ann]);
    await expect(change(eve, { pinned: true })).rejects.toMatchObject({ code: 'not_a_member' });
    expect(await stores.ownStates.change(eve, ann, (state) => state)).toBeNull();
  });

  it('never goes back, and skips no stateRev, when changes of several conversations come at once', async () => {
    const other = await conversationOf(stores, 'group', [ann, ben]);
    const results = await Promise.all(
      upTo(20).map((n) =>
        stores.ownStates.change(n % 2 ? group : other, ben, (state) => ({
          ...state,
          pinned: !state.pinned,
          readSeq: Math.max(state.readSeq, n % 4),
        })),
      ),
    );
    expect(ascending(results.map((result) => result?.change.stateRev ?? 0))).toEqual(upTo(20));
    expect((await stores.conversations.view(group, ben))?.me).toMatchObject({ readSeq: 3, unreadCount: 0 });
  });
});
