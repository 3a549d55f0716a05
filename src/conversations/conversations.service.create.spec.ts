import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';
import type { CreateConversation } from './conversations.dto.js';

describe('conversations', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo] = [{}, {}, {}] as [Actor, Actor, Actor];
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
  });

  describe('create', () => {
    it('publishes the conversation to each member, as the member sees it', async () => {
      const { created, conversation } = await chat.conversations.create(ann, {
        type: 'group',
        title: ' Trip ',
        topic: '',
        memberIds: [ben.userId, cleo.userId],
      });
      expect(created).toBe(true);
      expect(conversation).toMatchObject({ title: 'Trip', topic: null, rev: 1, memberCount: 3, me: { role: 'owner' } });
      const announced = chat.events.take();
      expect(announced.map(({ name, event }) => [name, event.userId, event.conversation.me.role])).toEqual([
        ['conversation.added', ann.userId, 'owner'],
        ['conversation.added', ben.userId, 'member'],
        ['conversation.added', cleo.userId, 'member'],
      ]);
      expect(announced[0]?.event.conversation).toEqual(conversation);
    });

    it('takes the id of the client, or generates one', async () => {
      const id = newId();
      const { conversation } = await chat.conversations.create(ann, { id, type: 'room', title: 'Mine' });
      const { conversation: other } = await chat.conversations.create(ann, { type: 'room', title: 'Mine' });
      expect(conversation.id).toBe(id);
      expect(other.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    });

    it('counts a creator once who is also in the list of members', async () => {
      const { conversation } = await chat.conversations.create(ann, {
        type: 'group',
        memberIds: [ann.userId, ben.userId],
      });
      expect(conversation).toMatchObject({ memberCount: 2, me: { role: 'owner' } });
    });

    it.each<[string, CreateConversation, string]>([
      ['a room without a title', { type: 'room' }, 'validation_failed'],
      ['a room with a blank title', { type: 'room', title: ' ' }, 'validation_failed'],
      ['a direct conversation with oneself', { type: 'direct', memberIds: ['ann'] }, 'validation_failed'],
      ['a direct conversation of three', { type: 'direct', memberIds: ['ben', 'cleo'] }, 'validation_failed'],
      ['a group with an unknown user', { type: 'group', memberIds: ['nobody'] }, 'not_found'],
    ])('is refused: %s', async (_case, { memberIds = [], ...rest }, code) => {
      const ids: Record<string, string> = { ann: ann.userId, ben: ben.userId, cleo: cleo.userId };
      const command = { ...rest, memberIds: memberIds.map((name) => ids[name] ?? newId()) };
      await expect(chat.conversations.create(ann, command)).rejects.toMatchObject({ code });
      expect(chat.events.names()).toEqual([]);
      expect(await chat.memberStore.conversationIdsOf(ann.userId)).toEqual([]);
    });
  });

  describe('create with an existing id', () => {
    it('returns the existing conversation, and publishes nothing', async () => {
      const command = { id: newId(), type: 'group' as const, title: 'Trip', memberIds: [ben.userId] };
      const { conversation } = await chat.conversations.create(ann, command);
      chat.events.take();
      const again = await chat.conversations.create(ann, { ...command, title: 'Other' });
      expect(again).toEqual({ created: false, conversation });
      expect(chat.events.names()).toEqual([]);
    });

    it('is a conflict for any other user, members included', async () => {
      const id = await chat.group(ann, ben);
      for (const actor of [ben, cleo]) {
        const again = chat.conversations.create(actor, { id, type: 'group' });
        await expect(again).rejects.toMatchObject({ code: 'id_conflict' });
      }
    });

    it('is a conflict for the creator after leaving', async () => {
      const id = await chat.group(ann, ben);
      await chat.members.leave(ann, id);
      await expect(chat.conversations.create(ann, { id, type: 'group' })).rejects.toMatchObject({
        code: 'id_conflict',
      });
    });

    it('is a conflict for a conversation of another type', async () => {
      const [group, room] = [await chat.group(ann, ben), await chat.room(ann)];
      const direct = (id: string) => chat.conversations.create(ann, { id, type: 'direct', memberIds: [ben.userId] });
      for (const id of [group, room]) await expect(direct(id)).rejects.toMatchObject({ code: 'id_conflict' });
      const asRoom = chat.conversations.create(ann, { id: group, type: 'room', title: 'Lobby' });
      await expect(asRoom).rejects.toMatchObject({ code: 'id_conflict' });
    });

    it('is a conflict for the direct conversation of another pair', async () => {
      const { conversation } = await chat.conversations.create(ann, { type: 'direct', memberIds: [ben.userId] });
      const other = chat.conversations.create(ann, { id: conversation.id, type: 'direct', memberIds: [cleo.userId] });
      await expect(other).rejects.toMatchObject({ code: 'id_conflict' });
    });
  });

  describe('a pair of users', () => {
    it('has one direct conversation, which is published to each of them once', async () => {
      const made = await chat.conversations.create(ann, { type: 'direct', memberIds: [ben.userId] });
      expect(made.conversation).toMatchObject({ peer: { id: ben.userId }, me: { role: 'member' } });
      expect(chat.events.take().map(({ event }) => [event.userId, event.conversation.peer.id])).toEqual([
        [ann.userId, ben.userId],
        [ben.userId, ann.userId],
      ]);
      const asked = await chat.conversations.create(ben, { type: 'direct', memberIds: [ann.userId] });
      expect(asked).toMatchObject({
        created: false,
        conversation: { id: made.conversation.id, peer: { id: ann.userId } },
      });
      expect(chat.events.names()).toEqual([]);
    });

    it('gets one direct conversation from concurrent creates', async () => {
      const [one, two] = await Promise.all([
        chat.conversations.create(ann, { type: 'direct', memberIds: [ben.userId] }),
        chat.conversations.create(ben, { type: 'direct', memberIds: [ann.userId] }),
      ]);
      expect(one.conversation.id).toBe(two.conversation.id);
      expect([one.created, two.created].sort()).toEqual([false, true]);
      expect(chat.events.names()).toHaveLength(2);
    });
  });

  describe('a block', () => {
    const sides: [string, () => Promise<void>][] = [
      ['made by the creator', () => chat.blocks.block(ann, ben.userId)],
      ['the other one', () => chat.blocks.block(ben, ann.userId)],
    ];

    it.each(sides)('%s refuses new conversations', async (_case, block) => {
      await block();
      chat.events.take();
      for (const command of [
        { type: 'direct' as const, memberIds: [ben.userId] },
        { type: 'group' as const, memberIds: [cleo.userId, ben.userId] },
        { type: 'room' as const, title: 'Lobby', memberIds: [ben.userId] },
      ]) {
        await expect(chat.conversations.create(ann, command)).rejects.toMatchObject({ code: 'blocked' });
      }
      expect(chat.events.names()).toEqual([]);
      for (const { userId } of [ann, ben, cleo]) expect(await chat.memberStore.conversationIdsOf(userId)).toEqual([]);
    });

    it.each(sides)('%s does not hide the existing conversation of the pair', async (_case, block) => {
      const id = await chat.direct(ann, ben);
      await block();
      chat.events.take();
      for (const [actor, other] of [
        [ann, ben],
        [ben, ann],
      ] as const) {
        const asked = await chat.conversations.create(actor, { type: 'direct', memberIds: [other.userId] });
        expect(asked).toMatchObject({ created: false, conversation: { id, peer: { id: other.userId } } });
      }
      expect(chat.events.names()).toEqual([]);
    });

    it('between two other members does not refuse a group', async () => {
      await chat.blocks.block(ben, cleo.userId);
      const memberIds = [ben.userId, cleo.userId];
      await expect(chat.conversations.create(ann, { type: 'group', memberIds })).resolves.toMatchObject({
        created: true,
      });
    });

    it('no longer refuses anything after it is removed', async () => {
      await chat.blocks.block(ben, ann.userId);
      await chat.blocks.unblock(ben, ann.userId);
      const direct = chat.conversations.create(ann, { type: 'direct', memberIds: [ben.userId] });
      await expect(direct).resolves.toMatchObject({ created: true });
    });
  });

  it('with a deleted account are returned if they exist, and are not created', async () => {
    const [gone, stranger] = [await chat.person('gone'), await chat.person('stranger')];
    const id = await chat.direct(ann, gone);
    for (const actor of [gone, stranger]) {
      await chat.members.leaveAll(actor);
      chat.erase(actor);
    }
    const again = await chat.conversations.create(ann, { type: 'direct', memberIds: [gone.userId] });
    expect(again).toMatchObject({ created: false, conversation: { id, peer: { id: gone.userId, deleted: true } } });
    const begun = chat.conversations.create(ann, { type: 'direct', memberIds: [stranger.userId] });
    await expect(begun).rejects.toMatchObject({ code: 'not_found' });
  });
});
