import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { MemberState, ReceiptKind } from '../../src/member-state/member-state.js';
import { after, newMessage } from '../fakes/row-factories.js';
import { ascending, changeMembers, conversationOf, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('member state %s', (_, open) => {
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
    stores.events.take();
  });
  afterAll(() => stores.close());

  const change = async (userId: string, more: Partial<MemberState>, receipt: ReceiptKind | null = null) =>
    (await stores.memberStates.change({ conversationId: group, userId, receipt }, (state) => ({ ...state, ...more })))
      .result;

  it('takes the next stateRev, and the member sees it from then on', async () => {
    const mutedUntil = after(1_000);
    expect(await change(ben, { readSeq: 2, deliveredSeq: 3 })).toMatchObject({ stateRev: 1 });
    const result = await change(ben, { pinned: true, mutedUntil, archivedSeq: 3 });
    expect(result).toEqual({
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
    });
    expect((await stores.conversations.view(group, ben))?.me).toEqual(result?.me);
    expect((await stores.conversations.view(group, ann))?.me).toMatchObject({ pinned: false, readSeq: 3 });
  });

  it('publishes the new state to the member, and a receipt to the others', async () => {
    const result = await change(ben, { readSeq: 2, deliveredSeq: 2 }, 'read');
    expect(stores.events.take()).toEqual([
      { name: 'conversation.me', event: result },
      { name: 'receipt.read', event: { conversationId: group, userId: ben, seq: 2 } },
    ]);
  });

  it('returns an equal state unchanged, and publishes nothing', async () => {
    expect(await change(ben, {}, 'read')).toMatchObject({ stateRev: 0, me: { readSeq: 0, unreadCount: 3 } });
    expect(stores.events.names()).toEqual([]);
  });

  it('takes no stateRev when the member sends a message, which reads everything before it', async () => {
    await stores.messages.append(newMessage(group, ben));
    expect(await change(ben, { pinned: true })).toMatchObject({
      stateRev: 1,
      me: { readSeq: 4, deliveredSeq: 4, unreadCount: 0 },
    });
  });

  it('is reset when the member leaves and rejoins', async () => {
    await change(ben, { pinned: true, readSeq: 1, deliveredSeq: 1 });
    await changeMembers(stores, group, ben, [{ kind: 'leave', userId: ben }], after(1));
    await changeMembers(stores, group, ann, [{ kind: 'join', userId: ben, role: 'member' }], after(2));
    expect((await stores.conversations.view(group, ben))?.me).toMatchObject({
      pinned: false,
      readSeq: 3,
      unreadCount: 0,
    });
  });

  it('belongs to members only', async () => {
    await expect(change(eve, { pinned: true })).rejects.toMatchObject({ code: 'not_found' });
    group = await conversationOf(stores, 'room', [ann]);
    await expect(change(eve, { pinned: true })).rejects.toMatchObject({ code: 'not_a_member' });
    group = eve;
    expect(await change(ann, {})).toBeNull();
  });

  it('never moves back and skips no stateRev when changes of several conversations run concurrently', async () => {
    const other = await conversationOf(stores, 'group', [ann, ben]);
    const results = await Promise.all(
      upTo(20).map((n) =>
        stores.memberStates.change({ conversationId: n % 2 ? group : other, userId: ben, receipt: null }, (state) => ({
          ...state,
          pinned: !state.pinned,
          readSeq: Math.max(state.readSeq, n % 4),
        })),
      ),
    );
    expect(ascending(results.map(({ result }) => result?.stateRev ?? 0))).toEqual(upTo(20));
    expect((await stores.conversations.view(group, ben))?.me).toMatchObject({ readSeq: 3, unreadCount: 0 });
  });
});
