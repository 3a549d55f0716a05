import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { Role } from '../../src/conversations/conversation.js';
import type { MemberChange, MemberFacts } from '../../src/members/member-changes.js';
import type { MembersCommand } from '../../src/members/members.store.js';
import type { StoredMember } from '../../src/read-models/member.view.dto.js';
import { after, newMessage, NOON } from '../fakes/row-factories.js';
import { aMember, aMembership } from '../fakes/view-factories.js';
import { changeMembers, ascending, conversationOf, everyPage, people, type Stores, STORES, upTo } from './stores.js';

const join = (userId: string, role: Role = 'member'): MemberChange => ({ kind: 'join', userId, role });
const leave = (userId: string): MemberChange => ({ kind: 'leave', userId });
const give = (userId: string, role: Role): MemberChange => ({ kind: 'role', userId, role });

describe.each(STORES)('members %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo, dan] = ['', '', '', ''];
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    [ann = '', ben = '', cleo = '', dan = ''] = await people(stores, 4);
  });
  afterAll(() => stores.close());

  const change = (id: string, actorId: string, ...changes: MemberChange[]) =>
    changeMembers(stores, id, actorId, changes, after(1));
  const decideOn = async (
    users: Pick<MembersCommand, 'conversationId' | 'actorId'> & Partial<MembersCommand>,
    decide: (facts: MemberFacts) => readonly MemberChange[],
  ) => (await stores.members.change({ targetIds: [], now: NOON, ...users }, decide)).result;
  const membersOf = async (id: string) =>
    (await stores.members.page(id, null, 1_000)).map(({ user, role }) => [user.id, role]);
  const stateOf = async (id: string) => {
    const standing = await stores.conversations.standing(id, ann);
    return { rev: standing?.conversation.rev, memberCount: standing?.conversation.memberCount };
  };

  describe('a joining user', () => {
    it('takes the next rev and starts with both markers at the last message', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      await stores.messages.append(newMessage(id, ann));
      await stores.messages.append(newMessage(id, ann));
      stores.events.take();
      const changed = await change(id, ann, join(ben));
      expect(stores.events.names()).toEqual(['conversation.added', 'member.joined']);
      expect(changed?.changes).toMatchObject([{ kind: 'join', userId: ben, role: 'member', rev: 4 }]);
      expect(changed?.changes[0]?.member).toEqual({
        ...aMember(ben, {
          conversationId: id,
          joinedAt: '2026-11-20T12:00:00.124Z',
          readSeq: 2,
          deliveredSeq: 2,
          rev: 4,
        }),
        user: expect.objectContaining({ id: ben, deleted: false }),
      });
      expect(changed?.deleted).toBe(false);
      expect([...(changed?.added ?? [])]).toEqual([[ben, await stores.conversations.view(id, ben)]]);
      expect(changed?.added.get(ben)).toMatchObject({
        rev: 4,
        memberCount: 2,
        lastMessage: { seq: 2 },
        me: { readSeq: 2, unreadCount: 0, role: 'member' },
      });
    });

    it('takes one rev each, in the order of the list', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      const changed = await change(id, ann, join(dan), join(ben, 'admin'), join(cleo));
      expect(changed?.changes.map(({ userId, rev, member }) => [userId, rev, member?.rev, member?.role])).toEqual([
        [dan, 2, 2, 'member'],
        [ben, 3, 3, 'admin'],
        [cleo, 4, 4, 'member'],
      ]);
      expect([...(changed?.added.keys() ?? [])].sort()).toEqual([ben, cleo, dan]);
      expect(await stateOf(id)).toEqual({ rev: 4, memberCount: 4 });
    });

    it('must exist, or no user joins', async () => {
      await stores.erase(dan);
      const id = await conversationOf(stores, 'group', [ann]);
      for (const nobody of [dan, newId()]) {
        await expect(change(id, ann, join(ben), join(nobody))).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(await membersOf(id)).toEqual([[ann, 'owner']]);
      expect(await stateOf(id)).toEqual({ rev: 1, memberCount: 1 });
    });
  });

  describe('a former member', () => {
    it('rejoins like a new member, with the given role and both markers at the last message', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      await change(id, ann, give(ben, 'admin'));
      await stores.messages.append(newMessage(id, ben));
      await stores.messages.append(newMessage(id, ann));
      await stores.archive(id, ben);
      await change(id, ben, leave(ben));

      const users = { conversationId: id, actorId: ann, targetIds: [ben], joiningIds: [ben] };
      const back = await decideOn({ ...users, now: after(9) }, ({ targets }) => {
        expect(targets.size).toBe(0);
        return [join(ben)];
      });
      const expected = { role: 'member' as const, readSeq: 2, deliveredSeq: 2, joinedAt: '2026-11-20T12:00:00.132Z' };
      expect(back?.changes).toMatchObject([{ rev: 6, member: { ...expected, rev: 6 } }]);
      expect(back?.added.get(ben)?.me).toEqual(aMembership(expected));
      expect(await membersOf(id)).toEqual([
        [ann, 'owner'],
        [ben, 'member'],
      ]);
      expect(await stateOf(id)).toEqual({ rev: 6, memberCount: 2 });
    });

    it('rejoins in one change with new members', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben, cleo]);
      await change(id, ann, leave(ben), leave(cleo));
      const changed = await change(id, ann, join(dan), join(ben));
      expect(changed?.changes.map(({ userId, rev, member }) => [userId, rev, member?.rev])).toEqual([
        [dan, 4, 4],
        [ben, 5, 5],
      ]);
      expect(await stateOf(id)).toEqual({ rev: 5, memberCount: 3 });
    });

    it('is in no list, and has no membership', async () => {
      const id = await conversationOf(stores, 'room', [ann, ben]);
      const left = await change(id, ben, leave(ben));
      expect(left).toMatchObject({ changes: [{ kind: 'leave', userId: ben, rev: 2, member: null }], deleted: false });
      expect(left?.added.size).toBe(0);
      expect(await stores.members.among(id, [ann, ben])).toMatchObject([{ user: { id: ann } }]);
      expect(await stores.members.conversationIdsOf(ben)).toEqual([]);
      expect(await stores.conversations.standing(id, ben)).toMatchObject({ membership: null });
      expect(await stores.conversations.view(id, ben)).toMatchObject({ me: null, memberCount: 1 });
    });
  });

  it('take one rev for each role change', async () => {
    const id = await conversationOf(stores, 'group', [ann, ben]);
    const changed = await change(id, ann, give(ben, 'owner'), give(ann, 'admin'));
    expect(changed?.changes.map(({ rev, member }) => [rev, member?.rev, member?.role])).toEqual([
      [2, 2, 'owner'],
      [3, 3, 'admin'],
    ]);
    expect(await stateOf(id)).toEqual({ rev: 3, memberCount: 2 });
  });

  it('delete a group when the last one leaves', async () => {
    const id = await conversationOf(stores, 'group', [ann, ben]);
    const { result: message } = await stores.messages.append(newMessage(id, ann));
    expect(await change(id, ben, leave(ben))).toMatchObject({ deleted: false });
    const last = await change(id, ann, leave(ann));
    expect(last).toMatchObject({ deleted: true, changes: [{ kind: 'leave', userId: ann, rev: 4, member: null }] });
    expect(await stores.conversations.standing(id, ann)).toBeNull();
    expect(await stores.messages.byId(message.id)).toBeNull();
  });

  it('leave an empty room that users can join', async () => {
    const id = await conversationOf(stores, 'room', [ann]);
    expect(await change(id, ann, leave(ann))).toMatchObject({ deleted: false });
    expect(await stateOf(id)).toEqual({ rev: 2, memberCount: 0 });
    expect(await change(id, ben, join(ben))).toMatchObject({ changes: [{ rev: 3 }] });
  });

  it('are listed by standing, and paged across members who joined at the same time', async () => {
    const crowd = await people(stores, 9);
    const id = await conversationOf(stores, 'room', [ann]);
    const batches = [crowd.slice(6), crowd.slice(0, 5), crowd.slice(5, 6)];
    for (const [index, batch] of batches.entries()) {
      const joins = [...batch].reverse().map((userId) => join(userId));
      await changeMembers(stores, id, ann, joins, after(index + 1));
    }
    const expected = [ann, ...batches.flat()];
    for (const limit of [1, 3, 4, 100]) {
      const listed = await everyPage<StoredMember, readonly [string, string]>(
        (start) => stores.members.page(id, start, limit),
        ({ joinedAt, user }) => [joinedAt, user.id],
      );
      expect(listed.map(({ user }) => user.id)).toEqual(expected);
    }
    expect(await stores.members.among(id, [])).toEqual([]);
  });

  it('are listed without a name after their account is erased', async () => {
    const id = await conversationOf(stores, 'group', [ann, ben]);
    await stores.erase(ben);
    expect(await stores.members.among(id, [ben])).toMatchObject([
      { user: { id: ben, username: null, displayName: null, deleted: true } },
    ]);
  });

  it('take each rev once and keep the count right when many join and leave concurrently', async () => {
    const crowd = await people(stores, 24);
    const [staying, going] = [crowd.slice(0, 12), crowd.slice(12)];
    const id = await conversationOf(stores, 'room', [ann, ...going]);
    const changes = await Promise.all([
      ...staying.map((userId) => change(id, userId, join(userId))),
      ...going.map((userId) => change(id, userId, leave(userId))),
    ]);
    const revs = changes.flatMap((changed) => changed?.changes.map(({ rev }) => rev) ?? []);
    expect(ascending(revs)).toEqual(upTo(25).slice(1));
    expect(await stateOf(id)).toEqual({ rev: 25, memberCount: 13 });
    expect((await membersOf(id)).map(([userId]) => userId).sort()).toEqual([ann, ...staying].sort());
  });

  it('join once when they ask many times concurrently', async () => {
    const id = await conversationOf(stores, 'room', [ann]);
    const asked = upTo(10).map(() =>
      decideOn({ conversationId: id, actorId: ben, joiningIds: [ben] }, ({ standing }) =>
        standing.membership ? [] : [join(ben)],
      ),
    );
    const changes = (await Promise.all(asked)).flatMap((changed) => changed?.changes ?? []);
    expect(changes).toMatchObject([{ userId: ben, rev: 2 }]);
    expect(await stateOf(id)).toEqual({ rev: 2, memberCount: 2 });
  });
});
