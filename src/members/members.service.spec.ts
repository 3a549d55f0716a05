import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';

describe('members', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo, dan] = [{}, {}, {}, {}] as [Actor, Actor, Actor, Actor];
  let group: string;
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
    dan = await chat.person('dan');
    group = await chat.group(ann, ben);
  });

  const rolesIn = async (id: string, as = ann) =>
    (await chat.members.list(as, id, {})).items.map(({ user, role }) => [user.username, role]);

  describe('add', () => {
    it('publishes the conversation to new members first, then the joins in the order of rev', async () => {
      chat.online.connected(dan.userId);
      const { items } = await chat.members.add(ben, group, { userIds: [cleo.userId, dan.userId] });
      expect(items.map(({ user, rev, online }) => [user.id, rev, online])).toEqual([
        [cleo.userId, 2, false],
        [dan.userId, 3, true],
      ]);
      const announced = chat.events.take();
      expect(announced.map(({ name, event }) => [name, event.userId ?? event.member.user.id, event.rev])).toEqual([
        ['conversation.added', cleo.userId, undefined],
        ['conversation.added', dan.userId, undefined],
        ['member.joined', cleo.userId, 2],
        ['member.joined', dan.userId, 3],
      ]);
      expect(announced[1]?.event.conversation).toMatchObject({
        id: group,
        rev: 3,
        memberCount: 4,
        me: { role: 'member' },
      });
      expect(announced[3]?.event).toEqual({ conversationId: group, rev: 3, member: items[1] });
    });

    it('returns existing members unchanged', async () => {
      const { items } = await chat.members.add(ann, group, { userIds: [ben.userId, cleo.userId] });
      expect(items.map(({ user, rev }) => [user.id, rev])).toEqual([
        [ben.userId, 1],
        [cleo.userId, 2],
      ]);
      chat.events.take();
      await chat.members.add(ann, group, { userIds: [ann.userId, ben.userId, cleo.userId] });
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, group)).toMatchObject({ rev: 2, memberCount: 3 });
    });

    it('adds no user when one is unknown', async () => {
      const adding = chat.members.add(ann, group, { userIds: [cleo.userId, newId()] });
      await expect(adding).rejects.toMatchObject({ code: 'not_found' });
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, group)).toMatchObject({ rev: 1, memberCount: 2 });
    });

    it('fills a group up to 1,000 members, and a room without limit', async () => {
      const crowd: string[] = [];
      for (let i = 0; i < 998; i++) crowd.push((await chat.person(`user${i}`)).userId);
      await chat.members.add(ann, group, { userIds: crowd.slice(0, 997) });
      const tooMany = chat.members.add(ann, group, { userIds: [cleo.userId, dan.userId] });
      await expect(tooMany).rejects.toMatchObject({ code: 'conflict' });
      await chat.members.add(ann, group, { userIds: [cleo.userId, ben.userId] });
      await expect(chat.members.add(ann, group, { userIds: [dan.userId] })).rejects.toMatchObject({ code: 'conflict' });
      expect(await chat.conversations.get(ann, group)).toMatchObject({ memberCount: 1_000 });

      const room = await chat.room(ann);
      await chat.members.add(ann, room, { userIds: [...crowd, ben.userId, cleo.userId, dan.userId] });
      expect(await chat.conversations.get(ann, room)).toMatchObject({ memberCount: 1_002 });
    });

    it('rejects an actor without permission', async () => {
      const room = await chat.room(ann);
      await chat.members.join(ben, room);
      chat.events.take();
      const attempts: [Actor, string, string][] = [
        [cleo, group, 'not_found'],
        [ben, room, 'forbidden'],
        [cleo, room, 'not_a_member'],
        [ann, newId(), 'not_found'],
      ];
      for (const [actor, id, code] of attempts) {
        await expect(chat.members.add(actor, id, { userIds: [dan.userId] })).rejects.toMatchObject({ code });
      }
      expect(chat.events.names()).toEqual([]);
    });
  });

  describe('a block', () => {
    it.each([
      ['made by the actor', () => chat.blocks.block(ann, dan.userId)],
      ['made by the user to be added', () => chat.blocks.block(dan, ann.userId)],
    ] as const)('%s refuses the whole command', async (_case, block) => {
      await block();
      chat.events.take();
      const room = await chat.room(ann);
      for (const id of [group, room]) {
        const adding = chat.members.add(ann, id, { userIds: [cleo.userId, dan.userId] });
        await expect(adding).rejects.toMatchObject({ code: 'blocked' });
        expect(await rolesIn(id)).not.toContainEqual(['cleo', 'member']);
      }
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, group)).toMatchObject({ rev: 1, memberCount: 2 });
    });

    it('with an existing member, or between two other users, does not refuse the command', async () => {
      await chat.blocks.block(ben, ann.userId);
      await chat.members.add(ann, group, { userIds: [ben.userId, cleo.userId] });
      await chat.blocks.block(dan, ann.userId);
      await chat.members.add(cleo, group, { userIds: [dan.userId] });
      expect((await rolesIn(group)).map(([username]) => username).sort()).toEqual(['ann', 'ben', 'cleo', 'dan']);
    });

    it('does not protect members from an owner or admin', async () => {
      await chat.blocks.block(ben, ann.userId);
      await chat.members.changeRole(ann, group, ben.userId, { role: 'admin' });
      await chat.members.remove(ann, group, ben.userId);
      expect(await rolesIn(group)).toEqual([['ann', 'owner']]);
    });

    it('hides presence in the list and in the published events', async () => {
      for (const { userId } of [cleo, dan]) chat.online.connected(userId);
      await chat.blocks.block(dan, ann.userId);
      chat.events.take();
      const { items } = await chat.members.add(ben, group, { userIds: [cleo.userId, dan.userId] });
      // The actor has no block with either user, but the event goes to all members.
      expect(items.map(({ online }) => online)).toEqual([true, true]);
      const joined = chat.events.take().filter(({ name }) => name === 'member.joined');
      expect(joined.map(({ event }) => [event.member.user.username, event.member.online])).toEqual([
        ['cleo', true],
        ['dan', false],
      ]);
      const onlineFor = async (actor: Actor) =>
        (await chat.members.list(actor, group, {})).items
          .filter(({ online }) => online)
          .map(({ user }) => user.username)
          .sort();
      expect(await onlineFor(ann)).toEqual(['cleo']);
      expect(await onlineFor(ben)).toEqual(['cleo', 'dan']);
    });
  });

  describe('join', () => {
    it('returns the room as a member sees it, and publishes the join', async () => {
      const room = await chat.room(ann);
      await chat.messages.send(ann, { conversationId: room, text: 'Before' });
      chat.events.take();
      const joined = await chat.members.join(ben, room);
      expect(joined).toMatchObject({ id: room, rev: 3, me: { role: 'member', readSeq: 1, unreadCount: 0 } });
      expect(chat.events.take()).toEqual([
        { name: 'conversation.added', event: { userId: ben.userId, conversation: joined } },
        {
          name: 'member.joined',
          event: { conversationId: room, rev: 3, member: expect.objectContaining({ role: 'member', rev: 3 }) },
        },
      ]);
    });

    it('changes nothing for a member', async () => {
      const room = await chat.room(ann);
      const first = await chat.members.join(ben, room);
      chat.events.take();
      expect(await chat.members.join(ben, room)).toEqual(first);
      expect(chat.events.names()).toEqual([]);
    });

    it('rejects conversations that are not rooms', async () => {
      for (const [actor, id] of [
        [cleo, group],
        [ben, group],
        [cleo, newId()],
      ] as const) {
        await expect(chat.members.join(actor, id)).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(chat.events.names()).toEqual([]);
    });
  });

  describe('roles', () => {
    it('are published to all members', async () => {
      const changed = await chat.members.changeRole(ann, group, ben.userId, { role: 'admin' });
      expect(changed).toMatchObject({ user: { id: ben.userId }, role: 'admin', rev: 2 });
      expect(chat.events.take()).toEqual([
        { name: 'member.updated', event: { conversationId: group, rev: 2, member: changed } },
      ]);
    });

    it('transfer the ownership in two changes: the new owner, then the previous one as admin', async () => {
      const changed = await chat.members.changeRole(ann, group, ben.userId, { role: 'owner' });
      expect(changed).toMatchObject({ role: 'owner', rev: 2 });
      expect(chat.events.take().map(({ event }) => [event.rev, event.member.user.username, event.member.role])).toEqual(
        [
          [2, 'ben', 'owner'],
          [3, 'ann', 'admin'],
        ],
      );
      expect(await rolesIn(group)).toEqual([
        ['ann', 'admin'],
        ['ben', 'owner'],
      ]);
    });

    it('change nothing when the member has the role already', async () => {
      expect(await chat.members.changeRole(ann, group, ben.userId, { role: 'member' })).toMatchObject({ rev: 1 });
      expect(chat.events.names()).toEqual([]);
    });

    it('are changed by the owner, for members only', async () => {
      await expect(chat.members.changeRole(ann, group, dan.userId, { role: 'admin' })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(chat.members.changeRole(ben, group, ben.userId, { role: 'admin' })).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(chat.members.changeRole(ann, group, ann.userId, { role: 'member' })).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(chat.events.names()).toEqual([]);
    });
  });

  describe('the list', () => {
    it('pages by standing, with the presence of each member', async () => {
      for (const actor of [dan, cleo]) {
        chat.clock.advance(1_000);
        await chat.members.add(ann, group, { userIds: [actor.userId] });
      }
      chat.online.connected(ben.userId);
      const first = await chat.members.list(ann, group, { limit: 3 });
      expect(first.items.map(({ user, online }) => [user.username, online])).toEqual([
        ['ann', false],
        ['ben', true],
        ['dan', false],
      ]);
      const second = await chat.members.list(ann, group, { limit: 3, cursor: first.nextCursor ?? '' });
      expect(second).toMatchObject({ items: [{ user: { username: 'cleo' } }], nextCursor: null });
    });

    it('rejects outsiders', async () => {
      const room = await chat.room(ann);
      await expect(chat.members.list(cleo, group, {})).rejects.toMatchObject({ code: 'not_found' });
      await expect(chat.members.list(cleo, room, {})).rejects.toMatchObject({ code: 'not_a_member' });
      await expect(chat.members.list(ann, newId(), {})).rejects.toMatchObject({ code: 'not_found' });
    });
  });
});
