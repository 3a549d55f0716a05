import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { Role } from '../../src/conversations/conversation.js';
import type { MemberChange, MemberFacts } from '../../src/members/member-changes.js';
import type { MembersCommand } from '../../src/members/members.store.js';
import { after, NOON } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, people, type Stores, STORES } from './stores.js';

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

  describe('a decision', () => {
    it('receives the actor and the targets who are members', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben, cleo]);
      await change(id, ann, give(ben, 'admin'), leave(cleo));
      let seen: MemberFacts | undefined;
      const targetIds = [ann, ben, cleo, dan];
      await decideOn({ conversationId: id, actorId: ben, targetIds }, (found) => {
        seen = found;
        return [];
      });
      expect(seen?.standing).toMatchObject({
        conversation: { id, rev: 3, memberCount: 2 },
        membership: { userId: ben, role: 'admin' },
      });
      expect([...(seen?.targets ?? [])].sort()).toEqual([
        [ann, { userId: ann, role: 'owner' }],
        [ben, { userId: ben, role: 'admin' }],
      ]);
    });

    it('receives the targets with a block to or from the actor', async () => {
      const [eve = ''] = await people(stores, 1);
      const id = await conversationOf(stores, 'group', [ann, ben]);
      await stores.blocks.add(ann, ben, NOON);
      await stores.blocks.add(cleo, ann, NOON);
      await stores.blocks.add(eve, ann, NOON);
      await stores.blocks.add(ben, dan, NOON);
      const blockedFor = async (actorId: string, ...targetIds: string[]) => {
        let blocked: readonly string[] = [];
        await decideOn({ conversationId: id, actorId, targetIds }, (found) => {
          blocked = found.blocked;
          return [];
        });
        return [...blocked].sort();
      };
      expect(await blockedFor(ann, ben, cleo, dan)).toEqual([ben, cleo]);
      expect(await blockedFor(ann, dan)).toEqual([]);
      expect(await blockedFor(ann)).toEqual([]);
      expect(await blockedFor(ben, ann, cleo, dan)).toEqual([ann, dan]);
    });

    it('without changes takes no rev', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      expect(await change(id, ann)).toEqual({ changes: [], inBlocks: [], added: new Map(), deleted: false });
      expect(await stateOf(id)).toEqual({ rev: 1, memberCount: 1 });
    });

    it('that throws changes nothing', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      const refused = decideOn({ conversationId: id, actorId: ben }, () => {
        throw new Error('not you');
      });
      await expect(refused).rejects.toThrow('not you');
      expect(await stateOf(id)).toEqual({ rev: 1, memberCount: 2 });
    });

    it('does not run when there is no conversation', async () => {
      const decide = (): never => {
        throw new Error('there is nothing to decide');
      };
      expect(await decideOn({ conversationId: newId(), actorId: ann }, decide)).toBeNull();
    });
  });

  describe('the next owner', () => {
    const successorOf = async (id: string, actorId: string) => {
      let successor: MemberFacts['successor'] | undefined;
      await decideOn({ conversationId: id, actorId }, (found) => {
        successor = found.successor;
        return [];
      });
      return successor;
    };
    const roomOf = async (...joiners: (readonly [userId: string, role: Role, joinedAt: number])[]) => {
      const id = await conversationOf(stores, 'room', [ann]);
      for (const [userId, role, at] of joiners) {
        await changeMembers(stores, id, ann, [join(userId, role)], after(at));
      }
      return id;
    };

    it.each([
      [
        'the longest-standing member',
        [
          ['dan', 'member', 1],
          ['ben', 'member', 2],
        ],
        'dan',
      ],
      [
        'the lower id of two members who joined at the same time',
        [
          ['dan', 'member', 1],
          ['ben', 'member', 1],
        ],
        'ben',
      ],
      [
        'an admin before any member',
        [
          ['ben', 'member', 1],
          ['cleo', 'member', 2],
          ['dan', 'admin', 3],
        ],
        'dan',
      ],
      [
        'the longest-standing admin',
        [
          ['ben', 'member', 1],
          ['dan', 'admin', 2],
          ['cleo', 'admin', 3],
        ],
        'dan',
      ],
    ] as const)('is %s', async (_case, joiners, expected) => {
      const ids = { ben, cleo, dan };
      const id = await roomOf(...joiners.map(([name, role, at]) => [ids[name], role, at] as const));
      expect(await successorOf(id, ann)).toMatchObject({ userId: ids[expected] });
    });

    it('is a current member, and null when no other member remains', async () => {
      const id = await roomOf([ben, 'admin', 1], [cleo, 'member', 2]);
      await change(id, ben, leave(ben));
      expect(await successorOf(id, ann)).toEqual({ userId: cleo, role: 'member' });
      await change(id, cleo, leave(cleo));
      expect(await successorOf(id, ann)).toBeNull();
    });

    it('is null unless the actor is the owner', async () => {
      const id = await roomOf([ben, 'admin', 1], [cleo, 'member', 2]);
      expect(await successorOf(id, ben)).toBeNull();
    });

    it('takes over in the change in which the owner leaves', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben, cleo]);
      const changed = await decideOn({ conversationId: id, actorId: ann }, ({ successor }) => [
        leave(ann),
        give(successor?.userId ?? '', 'owner'),
      ]);
      expect(changed?.changes).toMatchObject([
        { kind: 'leave', userId: ann, rev: 2, member: null },
        { kind: 'role', userId: ben, rev: 3, member: { role: 'owner', rev: 3 } },
      ]);
      expect(changed?.added.size).toBe(0);
      expect(await membersOf(id)).toEqual([
        [ben, 'owner'],
        [cleo, 'member'],
      ]);
    });
  });
});
