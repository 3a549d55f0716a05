import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import { InMemoryMembersStore } from '../../test/in-memory/in-memory-members.store.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';
import { MembersService } from './members.service.js';

/** Returns also the id of a conversation that is deleted before it is left. */
class StaleMembersStore extends InMemoryMembersStore {
  override async conversationIdsOf(userId: string): Promise<string[]> {
    return [newId(), ...(await super.conversationIdsOf(userId))];
  }
}

class BrokenMembersStore extends InMemoryMembersStore {
  override change(): Promise<never> {
    return Promise.reject(new Error('no store'));
  }
}

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

  describe('leaveAll', () => {
    it('leaves every conversation, direct ones too, and publishes each removal before the departure', async () => {
      const direct = await chat.direct(ann, ben);
      const room = await chat.room(ann);
      await chat.members.join(cleo, room);
      const alone = await chat.group(ann);
      const emptied = await chat.room(ann, 'Quiet');
      const bens = await chat.group(ben, cleo, ann);
      chat.events.take();

      await chat.members.leaveAll(ann);
      const announced = chat.events.take();
      const of = (id: string) =>
        announced
          .filter(({ event }) => event.conversationId === id)
          .map(({ name, event }) => [name, event.rev, event.reason ?? event.member.role]);
      const removed = ['conversation.removed', undefined, 'deleted'];
      expect(of(group)).toEqual([removed, ['member.left', 2, 'deleted'], ['member.updated', 3, 'owner']]);
      expect(of(direct)).toEqual([removed, ['member.left', 2, 'deleted']]);
      expect(of(room)).toEqual([removed, ['member.left', 3, 'deleted'], ['member.updated', 4, 'owner']]);
      expect(of(alone)).toEqual([removed]);
      expect(of(emptied)).toEqual([removed, ['member.left', 2, 'deleted']]);
      expect(of(bens)).toEqual([removed, ['member.left', 2, 'deleted']]);
      const goings = announced.filter(({ name }) => name !== 'member.updated').map(({ event }) => event.userId);
      expect(new Set(goings)).toEqual(new Set([ann.userId]));
      expect(announced.filter(({ name }) => name === 'member.left').map(({ event }) => event.by)).toEqual(
        Array.from({ length: 5 }, () => ann.userId),
      );

      expect(await chat.memberStore.conversationIdsOf(ann.userId)).toEqual([]);
      expect(await rolesIn(group, ben)).toEqual([['ben', 'owner']]);
      expect(await rolesIn(room, cleo)).toEqual([['cleo', 'owner']]);
      expect(await chat.conversations.get(ben, direct)).toMatchObject({ memberCount: 1, peer: { id: ann.userId } });
      expect(chat.tables.conversations.has(alone)).toBe(false);
      expect(chat.tables.conversations.has(emptied)).toBe(true);
    });

    it('deletes a direct conversation that the other member left before', async () => {
      const direct = await chat.direct(ann, ben);
      await chat.members.leaveAll(ann);
      expect(chat.tables.conversations.has(direct)).toBe(true);
      await chat.members.leaveAll(ben);
      expect(chat.tables.conversations.has(direct)).toBe(false);
    });

    it('changes nothing the second time', async () => {
      await chat.members.leaveAll(ann);
      chat.events.take();
      await chat.members.leaveAll(ann);
      expect(chat.events.names()).toEqual([]);
      expect(await rolesIn(group, ben)).toEqual([['ben', 'owner']]);
    });

    it('leaves the rest when one conversation was deleted in the meantime', async () => {
      const store = new StaleMembersStore(chat.tables, chat.events, chat.online);
      await new MembersService(chat.store, store, chat.clock, chat.presence).leaveAll(ann);
      expect(await chat.memberStore.conversationIdsOf(ann.userId)).toEqual([]);
    });

    it('rejects on any other error', async () => {
      const store = new BrokenMembersStore(chat.tables, chat.events, chat.online);
      const members = new MembersService(chat.store, store, chat.clock, chat.presence);
      await expect(members.leaveAll(ann)).rejects.toThrow('no store');
    });
  });

  describe('leave', () => {
    it('publishes the removal to the leaving user before the departure', async () => {
      await chat.members.leave(ben, group);
      expect(chat.events.take()).toEqual([
        { name: 'conversation.removed', event: { conversationId: group, userId: ben.userId, reason: 'left' } },
        {
          name: 'member.left',
          event: { conversationId: group, rev: 2, userId: ben.userId, by: ben.userId, reason: 'left' },
        },
      ]);
      await expect(chat.conversations.get(ben, group)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('makes the successor the owner when the owner leaves', async () => {
      await chat.members.add(ann, group, { userIds: [cleo.userId] });
      await chat.members.changeRole(ann, group, cleo.userId, { role: 'admin' });
      chat.events.take();
      await chat.members.leave(ann, group);
      const announced = chat.events.take();
      expect(announced.map(({ name, event }) => [name, event.rev])).toEqual([
        ['conversation.removed', undefined],
        ['member.left', 4],
        ['member.updated', 5],
      ]);
      expect(announced[2]?.event.member).toMatchObject({ user: { username: 'cleo' }, role: 'owner', rev: 5 });
      expect(await rolesIn(group, cleo)).toEqual([
        ['ben', 'member'],
        ['cleo', 'owner'],
      ]);
    });

    it('deletes a group with its last member, without a departure event', async () => {
      await chat.members.leave(ben, group);
      chat.events.take();
      await chat.members.leave(ann, group);
      expect(chat.events.take()).toEqual([
        { name: 'conversation.removed', event: { conversationId: group, userId: ann.userId, reason: 'left' } },
      ]);
      await expect(chat.conversations.get(ann, group)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('keeps an empty room', async () => {
      const room = await chat.room(ann);
      await chat.members.leave(ann, room);
      expect(await chat.conversations.get(ann, room)).toMatchObject({ memberCount: 0, me: null });
      expect(await chat.members.join(ben, room)).toMatchObject({ memberCount: 1, me: { role: 'member' } });
    });

    it('rejects outsiders and members of direct conversations', async () => {
      const { conversation } = await chat.conversations.create(ann, { type: 'direct', memberIds: [ben.userId] });
      const room = await chat.room(ann);
      chat.events.take();
      const attempts: [Actor, string, string][] = [
        [ann, conversation.id, 'forbidden'],
        [cleo, conversation.id, 'not_found'],
        [cleo, group, 'not_found'],
        [cleo, room, 'not_a_member'],
        [cleo, newId(), 'not_found'],
      ];
      for (const [actor, id, code] of attempts) {
        await expect(chat.members.leave(actor, id)).rejects.toMatchObject({ code });
      }
      expect(chat.events.names()).toEqual([]);
    });

    it('lets a former member rejoin like a new one', async () => {
      await chat.messages.send(ann, { conversationId: group, text: 'one' });
      await chat.members.leave(ben, group);
      await chat.messages.send(ann, { conversationId: group, text: 'two' });
      await chat.members.add(ann, group, { userIds: [ben.userId] });
      expect(await chat.conversations.get(ben, group)).toMatchObject({
        rev: 5,
        memberCount: 2,
        me: { role: 'member', readSeq: 2, unreadCount: 0 },
      });
    });
  });

  describe('remove', () => {
    it('publishes the removal first, and names the actor in the departure', async () => {
      await chat.members.remove(ann, group, ben.userId);
      expect(chat.events.take()).toEqual([
        { name: 'conversation.removed', event: { conversationId: group, userId: ben.userId, reason: 'removed' } },
        {
          name: 'member.left',
          event: { conversationId: group, rev: 2, userId: ben.userId, by: ann.userId, reason: 'removed' },
        },
      ]);
    });

    it('leaves when the member is the actor', async () => {
      await chat.members.remove(ben, group, ben.userId);
      expect(chat.events.take()[0]?.event).toMatchObject({ userId: ben.userId, reason: 'left' });
    });

    it('makes the successor the owner when the owner removes themselves', async () => {
      await chat.members.remove(ann, group, ann.userId);
      expect(await rolesIn(group, ben)).toEqual([['ben', 'owner']]);
    });

    it('requires a member with a lower role', async () => {
      await chat.members.add(ann, group, { userIds: [cleo.userId] });
      await chat.members.changeRole(ann, group, ben.userId, { role: 'admin' });
      chat.events.take();
      const attempts: [Actor, string, string][] = [
        [cleo, ben.userId, 'forbidden'],
        [ben, ann.userId, 'forbidden'],
        [ann, dan.userId, 'not_found'],
        [dan, ben.userId, 'not_found'],
      ];
      for (const [actor, userId, code] of attempts) {
        await expect(chat.members.remove(actor, group, userId)).rejects.toMatchObject({ code });
      }
      expect(chat.events.names()).toEqual([]);
    });
  });
});
