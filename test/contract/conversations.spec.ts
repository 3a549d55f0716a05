import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { Standing } from '../../src/conversations/conversation.js';
import type { Details, NewConversation } from '../../src/conversations/conversations.store.js';
import type { ConversationView } from '../../src/read-models/conversation.view.dto.js';
import { after, newConversation, newMessage, NOON, uniqueName } from '../fakes/row-factories.js';
import { changeMembers, ascending, conversationOf, everyPage, people, type Stores, STORES, upTo } from './stores.js';

const idsOf = (views: readonly ConversationView[]): string[] => views.map(({ id }) => id);

describe.each(STORES)('conversations %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo] = ['', '', ''];
  beforeAll(async () => {
    stores = await open();
    [ann = '', ben = '', cleo = ''] = await people(stores, 3);
  });
  afterAll(() => stores.close());
  beforeEach(() => {
    stores.events.take();
  });

  const create = async (conversation: NewConversation) => (await stores.conversations.create(conversation)).result;
  const rename = async (id: string, actorId: string, now: Date, decide: (standing: Standing) => Details) =>
    (await stores.conversations.rename({ id, actorId, now }, decide)).result;
  const remove = async (id: string, actorId: string, authorise: (standing: Standing) => void) =>
    (await stores.conversations.delete(id, actorId, authorise)).result;

  describe('an outsider', () => {
    it('has no membership in the standing', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      expect(await stores.conversations.standing(id, ann)).toEqual({
        conversation: expect.objectContaining({ id, type: 'group', memberCount: 2, rev: 1, lastSeq: 0 }),
        membership: { userId: ann, role: 'owner' },
        peerId: null,
      });
      expect(await stores.conversations.standing(id, cleo)).toMatchObject({ conversation: { id }, membership: null });
      expect(await stores.conversations.standing(newId(), ann)).toBeNull();
    });

    it('sees no peer; each of a pair sees the other', async () => {
      const [one = '', two = ''] = await people(stores, 2);
      const id = await conversationOf(stores, 'direct', [one, two]);
      expect(await stores.conversations.standing(id, one)).toMatchObject({ peerId: two });
      expect(await stores.conversations.standing(id, two)).toMatchObject({ peerId: one });
    });

    it('sees a room without its last message', async () => {
      const id = await conversationOf(stores, 'room', [ann]);
      await stores.messages.append(newMessage(id, ann, { text: 'Inside' }));
      expect(await stores.conversations.view(id, ann)).toMatchObject({ lastSeq: 1, lastMessage: { text: 'Inside' } });
      expect(await stores.conversations.view(id, ben)).toMatchObject({ lastSeq: 1, lastMessage: null, me: null });
      expect(await stores.conversations.view(newId(), ben)).toBeNull();
    });
  });

  describe('the inbox', () => {
    it('lists the latest activity first, and moves a conversation up with a message', async () => {
      const [me = ''] = await people(stores, 1);
      const first = await conversationOf(stores, 'group', [me], { createdAt: after(1) });
      const second = await conversationOf(stores, 'group', [me], { createdAt: after(2) });
      const third = await conversationOf(stores, 'group', [me], { createdAt: after(3) });
      expect(idsOf(await stores.conversations.inbox(me, false, null, 10))).toEqual([third, second, first]);
      await stores.messages.append(newMessage(first, me, { createdAt: after(4) }));
      const inbox = await stores.conversations.inbox(me, false, null, 10);
      expect(idsOf(inbox)).toEqual([first, third, second]);
      expect(inbox[0]).toEqual(await stores.conversations.view(first, me));
    });

    it('pages across conversations of the same time, each once', async () => {
      const [me = ''] = await people(stores, 1);
      const made: { id: string; at: number }[] = [];
      for (const at of [1, 2, 2, 2, 2, 2, 3])
        made.push({ at, id: await conversationOf(stores, 'group', [me], { createdAt: after(at) }) });
      const expected = made.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
      for (const limit of [1, 2, 3]) {
        const views = await everyPage<ConversationView, readonly [string, string]>(
          (start) => stores.conversations.inbox(me, false, start, limit),
          ({ createdAt, id }) => [createdAt, id],
        );
        expect(idsOf(views)).toEqual(expected);
      }
    });

    it('lists only conversations that the user is a member of', async () => {
      const [me = ''] = await people(stores, 1);
      const mine = await conversationOf(stores, 'group', [me, ann]);
      const left = await conversationOf(stores, 'group', [ann, me]);
      await conversationOf(stores, 'group', [ann, ben]);
      await changeMembers(stores, left, me, [{ kind: 'leave', userId: me }]);
      expect(idsOf(await stores.conversations.inbox(me, false, null, 10))).toEqual([mine]);
      expect(await stores.members.conversationIdsOf(me)).toEqual([mine]);
    });

    it('leaves out archived conversations until the next message', async () => {
      const [me = ''] = await people(stores, 1);
      const [quiet, busy] = [await conversationOf(stores, 'group', [me]), await conversationOf(stores, 'group', [me])];
      await stores.messages.append(newMessage(busy, me));
      for (const id of [quiet, busy]) await stores.archive(id, me);
      expect(await stores.conversations.inbox(me, false, null, 10)).toEqual([]);
      expect(idsOf(await stores.conversations.inbox(me, true, null, 10)).sort()).toEqual([quiet, busy].sort());
      await stores.messages.append(newMessage(busy, me));
      expect(idsOf(await stores.conversations.inbox(me, true, null, 10))).toEqual([quiet]);
      expect(await stores.conversations.inbox(me, false, null, 10)).toMatchObject([
        { id: busy, me: { archived: false } },
      ]);
    });
  });

  describe('discovery', () => {
    it('finds rooms by the beginning of their title in any case, joined or not', async () => {
      const key = uniqueName('Ünder');
      const folded = key.toLowerCase();
      const joined = await conversationOf(stores, 'room', [ann], { title: `${key} A` });
      const other = await conversationOf(stores, 'room', [ben], { title: `${key.toUpperCase()} B` });
      await conversationOf(stores, 'group', [ann], { title: `${key} C` });
      await conversationOf(stores, 'room', [ann], { title: `Not ${key}` });
      const found = await stores.conversations.discover(folded, ann, null, 10);
      expect(idsOf(found)).toEqual([joined, other]);
      expect(found.map(({ me }) => me?.role)).toEqual(['owner', undefined]);
      expect(idsOf(await stores.conversations.discover(`${folded} b`, ann, null, 10))).toEqual([other]);
      expect(await stores.conversations.discover(`${folded}%`, ann, null, 10)).toEqual([]);
      expect(idsOf(await stores.conversations.discover('', ann, null, 1_000))).toEqual(
        expect.arrayContaining([joined, other]),
      );
    });

    it('orders titles by code point on every database, and pages across equal titles', async () => {
      const key = uniqueName('order ');
      // In UTF-16 units the fox would come before the full-width letter.
      const titles = ['a', 'A', 'a', 'b', 'é', 'Ａ', '🦊'].map((end) => `${key} ${end}`);
      const made: { title: string; id: string }[] = [];
      for (const title of titles) made.push({ title, id: await conversationOf(stores, 'room', [ann], { title }) });
      const [a1, a2, a3, b, e, wide, fox] = made.map(({ id }) => id);
      const expected = [...[a1, a2, a3].sort(), b, e, wide, fox];
      for (const limit of [1, 2, 10]) {
        const views = await everyPage<ConversationView, readonly [string, string]>(
          (start) => stores.conversations.discover(key, ann, start, limit),
          ({ title, id }) => [(title ?? '').toLowerCase(), id],
        );
        expect(idsOf(views)).toEqual(expected);
      }
    });

    it('finds a room by its new title only', async () => {
      const [before, now] = [uniqueName('before'), uniqueName('now')];
      const id = await conversationOf(stores, 'room', [ann], { title: before });
      await rename(id, ann, NOON, () => ({ title: now.toUpperCase(), topic: null }));
      expect(await stores.conversations.discover(before, ann, null, 10)).toEqual([]);
      expect(idsOf(await stores.conversations.discover(now, ann, null, 10))).toEqual([id]);
    });
  });

  describe('rename', () => {
    it('takes the next rev, sets updatedAt and publishes the new details', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben], { title: 'Before', topic: 'Kept' });
      stores.events.take();
      const renamed = await rename(id, ann, after(5), ({ conversation, membership }) => {
        expect(membership).toEqual({ userId: ann, role: 'owner' });
        return { title: null, topic: conversation.topic };
      });
      const details = { title: null, topic: 'Kept', updatedAt: '2026-11-20T12:00:00.128Z' };
      expect(renamed).toMatchObject({ ...details, id, rev: 2, memberCount: 2 });
      expect(stores.events.take()).toEqual([
        { name: 'conversation.updated', event: { conversationId: id, rev: 2, conversation: renamed } },
      ]);
      expect(renamed).not.toHaveProperty('me');
      expect(await stores.conversations.view(id, ben)).toMatchObject(renamed ?? {});
    });

    it('changes and publishes nothing for equal values', async () => {
      const id = await conversationOf(stores, 'group', [ann], { title: 'Same' });
      const before = await stores.conversations.view(id, ann);
      stores.events.take();
      const renamed = await rename(id, ann, after(5), () => ({ title: 'Same', topic: null }));
      expect(renamed).toMatchObject({ rev: 1 });
      expect(stores.events.names()).toEqual([]);
      expect(await stores.conversations.view(id, ann)).toEqual(before);
    });

    it('returns the last message', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      const { result: message } = await stores.messages.append(newMessage(id, ann));
      const renamed = await rename(id, ann, after(5), () => ({ title: 'New', topic: null }));
      expect(renamed).toMatchObject({ lastMessage: message, lastSeq: 1, rev: 3 });
    });

    it('changes nothing when the decision throws', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      const refused = rename(id, ben, after(5), () => {
        throw new Error('not you');
      });
      await expect(refused).rejects.toThrow('not you');
      expect(await stores.conversations.view(id, ann)).toMatchObject({ title: 'Title', rev: 1 });
      expect(await rename(newId(), ann, NOON, () => ({ title: 'A', topic: null }))).toBeNull();
    });

    it('takes one rev each when many run concurrently', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      const renames = upTo(15).map((n) => rename(id, ann, NOON, () => ({ title: `Title ${n}`, topic: null })));
      const revs = (await Promise.all(renames)).map((renamed) => renamed?.rev ?? 0);
      expect(ascending(revs)).toEqual(upTo(16).slice(1));
      expect(await stores.conversations.view(id, ann)).toMatchObject({ rev: 16 });
    });
  });

  describe('delete', () => {
    it('removes the conversation with its members and messages', async () => {
      const group = newConversation('group', [ann, ben]);
      const { id } = await create(group);
      const { result: message } = await stores.messages.append(newMessage(id, ben));
      const deleted = await remove(id, ann, ({ membership }) => {
        expect(membership?.role).toBe('owner');
      });
      expect(deleted).toBe(true);
      expect(stores.events.names()).toContain('conversation.deleted');
      expect(await stores.conversations.view(id, ann)).toBeNull();
      expect(await stores.members.conversationIdsOf(ben)).not.toContain(id);
      expect(await stores.members.page(id, null, 10)).toEqual([]);
      expect(await stores.messages.byId(message.id)).toBeNull();
    });

    it('keeps the id taken, as does a group whose last member has left', async () => {
      const [deleted, abandoned] = [newConversation('group', [ann]), newConversation('group', [ann])];
      for (const group of [deleted, abandoned]) await create(group);
      await remove(deleted.id, ann, () => undefined);
      await changeMembers(stores, abandoned.id, ann, [{ kind: 'leave', userId: ann }]);
      for (const group of [deleted, abandoned]) {
        await expect(create(group)).rejects.toMatchObject({ code: 'id_conflict' });
      }
    });

    it('changes nothing when the authorisation throws', async () => {
      const id = await conversationOf(stores, 'group', [ann, ben]);
      const refused = remove(id, ben, () => {
        throw new Error('not you');
      });
      await expect(refused).rejects.toThrow('not you');
      expect(await stores.conversations.view(id, ben)).toMatchObject({ memberCount: 2 });
      expect(await remove(newId(), ann, () => undefined)).toBe(false);
    });

    it('succeeds once when many run concurrently', async () => {
      const id = await conversationOf(stores, 'group', [ann]);
      const deletions = await Promise.all(upTo(4).map(() => remove(id, ann, () => undefined)));
      expect(deletions.filter(Boolean)).toHaveLength(1);
    });
  });
});
