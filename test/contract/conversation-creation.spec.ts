import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { NewConversation } from '../../src/conversations/conversations.store.js';
import { after, newConversation, NOON } from '../fakes/row-factories.js';
import { aConversation, aMembership } from '../fakes/view-factories.js';
import { conversationOf, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('conversations %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo, dan] = ['', '', '', ''];
  beforeAll(async () => {
    stores = await open();
    [ann = '', ben = '', cleo = '', dan = ''] = await people(stores, 4);
  });
  afterAll(() => stores.close());
  beforeEach(() => {
    stores.events.take();
  });

  const create = async (conversation: NewConversation) => (await stores.conversations.create(conversation)).result;

  describe('a new conversation', () => {
    it('starts at rev 1 without messages, and is added for each member', async () => {
      const group = newConversation('group', [ann, ben, cleo], { title: 'Trip 🏔', topic: 'Where\nto?' });
      const { created, id, views } = await create(group);
      expect([created, id]).toEqual([true, group.id]);
      expect(stores.events.take()).toEqual(
        Array.from(views, ([userId, conversation]) => ({
          name: 'conversation.added',
          event: { userId, conversation },
        })),
      );
      expect([...views.keys()].sort()).toEqual([ann, ben, cleo]);
      expect(views.get(ann)).toEqual(
        aConversation({
          id: group.id,
          title: 'Trip 🏔',
          topic: 'Where\nto?',
          createdBy: ann,
          memberCount: 3,
          me: aMembership({ role: 'owner' }),
        }),
      );
      expect(views.get(ben)?.me?.role).toBe('member');
      for (const userId of [ann, ben, cleo]) {
        expect(await stores.conversations.view(group.id, userId)).toEqual(views.get(userId));
      }
      const members = await stores.members.among(group.id, [ann, ben, cleo]);
      expect(members.map(({ rev }) => rev)).toEqual([1, 1, 1]);
    });

    it('shows each member of a direct conversation the other one', async () => {
      const [one = '', two = ''] = await people(stores, 2);
      const { views } = await create(newConversation('direct', [one, two]));
      expect([views.get(one)?.peer?.id, views.get(two)?.peer?.id]).toEqual([two, one]);
      expect(views.get(one)).toMatchObject({ title: null, me: { role: 'member' }, memberCount: 2 });
    });

    it('has no members when the server creates a room', async () => {
      const room = newConversation('room', []);
      expect(await create(room)).toEqual({ created: true, id: room.id, views: new Map() });
      expect(await create(room)).toEqual({ created: false, id: room.id, views: new Map() });
      expect(await stores.conversations.view(room.id, ann)).toMatchObject({
        createdBy: null,
        memberCount: 0,
        me: null,
      });
    });

    it('is not stored when a member is unknown or deleted', async () => {
      const [gone = ''] = await people(stores, 1);
      await stores.erase(gone);
      for (const nobody of [gone, newId()]) {
        const group = newConversation('group', [ann, ben, nobody]);
        await expect(create(group)).rejects.toMatchObject({ code: 'not_found' });
        expect(await stores.conversations.standing(group.id, ann)).toBeNull();
        expect(await stores.members.conversationIdsOf(ben)).not.toContain(group.id);
      }
    });

    it('stores 1,000 members', async () => {
      const crowd = await people(stores, 1_000);
      const { views } = await create(newConversation('group', crowd));
      expect(views.size).toBe(1_000);
      expect(views.get(crowd[999] ?? '')).toMatchObject({ memberCount: 1_000, me: { role: 'member' } });
    });
  });

  describe('a create with an existing id', () => {
    it('returns the existing conversation as the creator sees it, unchanged, and publishes nothing', async () => {
      const first = newConversation('group', [ann, ben], { title: 'First' });
      const { views } = await create(first);
      const again = await create({ ...first, title: 'Second', createdAt: after(1) });
      expect(again).toEqual({ created: false, id: first.id, views: new Map([[ann, views.get(ann)]]) });
    });

    it('returns no view to a user who is not a member', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      const foreign = await create(newConversation('group', [cleo, dan], { id }));
      expect(foreign).toEqual({ created: false, id, views: new Map() });
    });

    it('creates one conversation from concurrent attempts', async () => {
      const group = newConversation('group', [ann, ben]);
      const attempts = await Promise.all(upTo(8).map(() => create(group)));
      expect(attempts.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(attempts.map(({ views }) => JSON.stringify(views.get(ann)))).size).toBe(1);
    });
  });

  describe('a pair of users', () => {
    it('has one direct conversation, whichever of the two creates it', async () => {
      const [one = '', two = ''] = await people(stores, 2);
      const id = await conversationOf(stores, 'direct', [one, two]);
      const asked = await create(newConversation('direct', [two, one]));
      expect(asked).toMatchObject({ created: false, id });
      expect([...asked.views.keys()]).toEqual([two]);
      expect(asked.views.get(two)?.peer?.id).toBe(one);
    });

    it('gets its direct conversation even under the id of another one', async () => {
      const [one = '', two = ''] = await people(stores, 2);
      const groupId = await conversationOf(stores, 'group', [one, two]);
      const id = await conversationOf(stores, 'direct', [one, two]);
      const asked = await create(newConversation('direct', [one, two], { id: groupId }));
      expect(asked).toMatchObject({ created: false, id });
    });

    it('gets one direct conversation from concurrent creates of both users', async () => {
      for (let round = 0; round < 6; round++) {
        const [one = '', two = ''] = await people(stores, 2);
        const asked = await Promise.all([
          create(newConversation('direct', [one, two])),
          create(newConversation('direct', [two, one])),
          create(newConversation('direct', [one, two])),
        ]);
        expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
        expect(asked.filter(({ created }) => created)).toHaveLength(1);
        expect(await stores.members.conversationIdsOf(one)).toEqual([asked[0].id]);
        expect(await stores.members.conversationIdsOf(two)).toHaveLength(1);
        expect(asked[1].views.get(two)?.peer?.id).toBe(one);
      }
    });
  });

  describe('a block', () => {
    it('refuses conversations between the two users, in either direction', async () => {
      const [one = '', two = '', three = ''] = await people(stores, 3);
      await stores.blocks.add(one, two, NOON);
      for (const [creator, other] of [
        [one, two],
        [two, one],
      ] as const) {
        for (const conversation of [
          newConversation('direct', [creator, other]),
          newConversation('group', [creator, three, other]),
          newConversation('room', [creator, other]),
        ]) {
          await expect(create(conversation)).rejects.toMatchObject({ code: 'blocked' });
          expect(await stores.conversations.standing(conversation.id, creator)).toBeNull();
        }
      }
      for (const userId of [one, two, three]) expect(await stores.members.conversationIdsOf(userId)).toEqual([]);
      await stores.blocks.remove(one, two);
      const begun = create(newConversation('direct', [two, one]));
      await expect(begun).resolves.toMatchObject({ created: true });
    });

    it('between two other members does not refuse the group', async () => {
      const [one = '', two = '', three = ''] = await people(stores, 3);
      await stores.blocks.add(two, three, NOON);
      const { created, views } = await create(newConversation('group', [one, two, three]));
      expect([created, views.size]).toEqual([true, 3]);
    });
  });

  describe('an existing conversation is returned', () => {
    it.each<[string, (one: string, two: string) => Promise<unknown>]>([
      ['the creator has blocked the other', (one, two) => stores.blocks.add(one, two, NOON)],
      ['the other has blocked the creator', (one, two) => stores.blocks.add(two, one, NOON)],
      ['the other account is deleted', (_one, two) => stores.erase(two)],
    ])('although %s: the one of a pair, and the one with an id', async (_case, part) => {
      const [one = '', two = ''] = await people(stores, 2);
      const direct = newConversation('direct', [one, two]);
      const group = newConversation('group', [one, two]);
      for (const conversation of [direct, group]) await create(conversation);
      await part(one, two);
      for (const [asked, id] of [
        [newConversation('direct', [one, two]), direct.id],
        [direct, direct.id],
        [group, group.id],
      ] as const) {
        const found = await create(asked);
        expect(found).toMatchObject({ created: false, id });
        expect([...found.views]).toEqual([[one, await stores.conversations.view(id, one)]]);
      }
      expect((await stores.members.conversationIdsOf(one)).sort()).toEqual([direct.id, group.id].sort());
    });
  });
});
