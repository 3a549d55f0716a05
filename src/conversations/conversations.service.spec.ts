import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { idOfName, newId } from '../common/ids.js';

describe('conversations', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo] = [{}, {}, {}] as [Actor, Actor, Actor];
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
  });

  describe('typing', () => {
    it.each<[string, () => Promise<unknown>, boolean, boolean]>([
      ['without a block', async () => undefined, true, true],
      ['when one blocks', () => chat.blocks.block(ann, ben.userId), false, true],
      ['when the other blocks', () => chat.blocks.block(ben, ann.userId), false, true],
    ])('is shown %s: in a direct conversation and in a group', async (_case, part, inDirect, inGroup) => {
      const [direct, group] = [await chat.direct(ann, ben), await chat.group(ann, ben)];
      await part();
      for (const actor of [ann, ben]) {
        expect(await chat.conversations.showsTyping(actor, direct)).toBe(inDirect);
        expect(await chat.conversations.showsTyping(actor, group)).toBe(inGroup);
      }
    });

    it('is broadcast in conversations of at most 100 members', async () => {
      const crowd: Actor[] = [];
      for (let n = 0; n < 99; n++) crowd.push(await chat.person(`user${n}`));
      const group = await chat.group(ann, ...crowd);
      expect(await chat.conversations.showsTyping(ann, group)).toBe(true);
      await chat.members.add(ann, group, { userIds: [ben.userId] });
      expect(await chat.conversations.showsTyping(ann, group)).toBe(false);
    });

    it('rejects outsiders', async () => {
      const [direct, room] = [await chat.direct(ann, ben), await chat.room(ann)];
      for (const [id, code] of [
        [direct, 'not_found'],
        [room, 'not_a_member'],
        [newId(), 'not_found'],
      ] as const) {
        await expect(chat.conversations.showsTyping(cleo, id)).rejects.toMatchObject({ code });
      }
    });
  });

  describe('get', () => {
    it('returns private conversations to members only', async () => {
      const id = await chat.group(ann, ben);
      await expect(chat.conversations.get(ben, id)).resolves.toMatchObject({ id, me: { role: 'member' } });
      await expect(chat.conversations.get(cleo, id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(chat.conversations.get(cleo, newId())).rejects.toMatchObject({ code: 'not_found' });
    });

    it('returns a room to any user, and its messages to members', async () => {
      const id = await chat.room(ann);
      await chat.messages.send(ann, { conversationId: id, text: 'Inside' });
      expect(await chat.conversations.get(cleo, id)).toMatchObject({ id, lastSeq: 1, lastMessage: null, me: null });
    });
  });

  describe('the rooms of the configuration', () => {
    it('are created once by any number of starts and nodes, without an owner', async () => {
      await chat.conversations.createRooms(['general', 'tech']);
      await chat.conversations.createRooms(['general', 'tech', 'random']);
      const { items } = await chat.conversations.discover(ann, {});
      expect(items.map(({ title, createdBy, memberCount }) => [title, createdBy, memberCount])).toEqual([
        ['general', null, 0],
        ['random', null, 0],
        ['tech', null, 0],
      ]);
      const other = new InMemoryApp();
      await other.conversations.createRooms(['general']);
      expect([...other.tables.conversations.keys()]).toEqual([items[0]?.id]);
    });

    it('leave out a room whose id is taken by a deleted conversation', async () => {
      const { conversation } = await chat.conversations.create(ann, { id: idOfName('room:tech'), type: 'group' });
      await chat.conversations.delete(ann, conversation.id);
      await chat.conversations.createRooms(['tech', 'general']);
      const { items } = await chat.conversations.discover(ann, {});
      expect(items.map(({ title }) => title)).toEqual(['general']);
    });

    it('cannot be recreated, renamed or deleted by users', async () => {
      await chat.conversations.createRooms(['general']);
      const { items } = await chat.conversations.discover(ann, {});
      const id = items[0]?.id ?? '';
      await chat.members.join(ann, id);
      await expect(chat.conversations.create(ann, { id, type: 'room', title: 'Mine' })).rejects.toMatchObject({
        code: 'id_conflict',
      });
      await expect(chat.conversations.rename(ann, id, { title: 'Mine' })).rejects.toMatchObject({ code: 'forbidden' });
      await expect(chat.conversations.delete(ann, id)).rejects.toMatchObject({ code: 'forbidden' });
    });
  });

  describe('lists', () => {
    it('page through the inbox, latest activity first', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) {
        chat.clock.advance(1_000);
        ids.unshift(await chat.group(ann));
      }
      chat.clock.advance(1_000);
      await chat.messages.send(ann, { conversationId: ids[4] ?? '', text: 'Up' });
      const expected = [ids[4], ...ids.slice(0, 4)];
      const listed: string[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < 3; pages++) {
        const page = await chat.conversations.inbox(ann, { limit: 2, cursor });
        listed.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      }
      expect(listed).toEqual(expected);
      expect(cursor).toBeUndefined();
    });

    it('page through the rooms, by title', async () => {
      for (const title of ['b two', 'B one', 'a', 'c']) await chat.room(ann, title);
      const first = await chat.conversations.discover(ben, { limit: 3 });
      expect(first.items.map(({ title }) => title)).toEqual(['a', 'B one', 'b two']);
      const second = await chat.conversations.discover(ben, { limit: 3, cursor: first.nextCursor ?? '' });
      expect(second).toMatchObject({ items: [{ title: 'c' }], nextCursor: null });
      const found = await chat.conversations.discover(ben, { q: ' B ' });
      expect(found.items.map(({ title }) => title)).toEqual(['B one', 'b two']);
    });

    it('refuse a cursor of another list', async () => {
      for (const title of ['a', 'b']) await chat.room(ann, title);
      const { nextCursor } = await chat.conversations.discover(ann, { limit: 1 });
      const inbox = chat.conversations.inbox(ann, { cursor: nextCursor ?? '' });
      await expect(inbox).rejects.toMatchObject({
        code: 'validation_failed',
        extra: { errors: [{ field: 'cursor' }] },
      });
    });
  });

  describe('rename', () => {
    it('publishes the shared part of the conversation with its rev', async () => {
      const id = await chat.group(ann, ben);
      chat.clock.advance(5_000);
      const renamed = await chat.conversations.rename(ann, id, { title: ' Journey ' });
      expect(renamed).toMatchObject({
        title: 'Journey',
        rev: 2,
        me: { role: 'owner' },
        updatedAt: '2026-11-20T10:00:05.000Z',
      });
      const { me: _me, peer: _peer, ...shared } = renamed;
      expect(chat.events.take()).toEqual([
        { name: 'conversation.updated', event: { conversationId: id, rev: 2, conversation: shared } },
      ]);
    });

    it('changes the given fields only', async () => {
      const id = await chat.group(ann);
      await chat.conversations.rename(ann, id, { topic: 'Where to?' });
      expect(await chat.conversations.rename(ann, id, { title: null })).toMatchObject({
        title: null,
        topic: 'Where to?',
      });
      expect(await chat.conversations.rename(ann, id, { topic: null })).toMatchObject({ title: null, topic: null });
      expect(chat.events.take().map(({ event }) => event.rev)).toEqual([2, 3, 4]);
    });

    it('changes nothing for equal values', async () => {
      const id = await chat.group(ann);
      expect(await chat.conversations.rename(ann, id, { title: 'Trip' })).toMatchObject({ rev: 1 });
      expect(await chat.conversations.rename(ann, id, {})).toMatchObject({ rev: 1 });
      expect(chat.events.names()).toEqual([]);
    });

    it('changes nothing when it is rejected', async () => {
      const [group, room] = [await chat.group(ann, ben), await chat.room(ann)];
      const attempts: [Actor, string, object, string][] = [
        [ben, group, { title: 'Mine' }, 'forbidden'],
        [cleo, group, { title: 'Mine' }, 'not_found'],
        [cleo, room, { title: 'Mine' }, 'not_a_member'],
        [ann, group, { title: ' ' }, 'validation_failed'],
        [ann, room, { title: null }, 'validation_failed'],
        [ann, newId(), { title: 'Mine' }, 'not_found'],
      ];
      for (const [actor, id, change, code] of attempts) {
        await expect(chat.conversations.rename(actor, id, change)).rejects.toMatchObject({ code });
      }
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, room)).toMatchObject({ title: 'Lobby', rev: 1 });
    });
  });

  describe('delete', () => {
    it('is published, and removes the conversation for all members', async () => {
      const id = await chat.group(ann, ben);
      await chat.conversations.delete(ann, id);
      expect(chat.events.take()).toEqual([{ name: 'conversation.deleted', event: { conversationId: id } }]);
      for (const actor of [ann, ben]) {
        await expect(chat.conversations.get(actor, id)).rejects.toMatchObject({ code: 'not_found' });
        expect(await chat.memberStore.conversationIdsOf(actor.userId)).toEqual([]);
      }
      await expect(chat.conversations.delete(ann, id)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('requires the owner', async () => {
      const id = await chat.group(ann, ben);
      await expect(chat.conversations.delete(ben, id)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(chat.conversations.delete(cleo, id)).rejects.toMatchObject({ code: 'not_found' });
      expect(chat.events.names()).toEqual([]);
      await expect(chat.conversations.get(ben, id)).resolves.toMatchObject({ id });
    });
  });
});
