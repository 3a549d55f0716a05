import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';
import { RATES } from '../infrastructure/config/rates.js';
import type { MessageView } from '../read-models/message.view.dto.js';

describe('messages', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo] = [{}, {}, {}] as [Actor, Actor, Actor];
  let group: string;
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
    group = await chat.group(ann, ben);
  });

  const say = async (text: string, actor = ann) =>
    (await chat.messages.send(actor, { conversationId: group, text })).message;

  describe('a send', () => {
    it('stores the cleaned text, and publishes message.created', async () => {
      chat.clock.advance(1_500);
      const { created, message } = await chat.messages.send(ann, { conversationId: group, text: '  Cafe\u0301\r\n ' });
      expect(created).toBe(true);
      expect(message).toMatchObject({
        conversationId: group,
        seq: 1,
        rev: 2,
        text: 'Café',
        sender: { id: ann.userId, username: 'ann' },
        createdAt: '2026-11-20T10:00:01.500Z',
        replyTo: null,
        mentions: [],
        metadata: null,
      });
      expect(chat.events.take()).toEqual([
        { name: 'message.created', event: { conversationId: group, rev: 2, message } },
      ]);
      expect(await chat.messages.get(ben, message.id)).toEqual(message);
    });

    it('accepts an id of the client, a reply, mentions and metadata', async () => {
      const quoted = await say('First');
      const id = newId();
      const { message } = await chat.messages.send(ben, {
        id,
        conversationId: group,
        text: 'Second',
        replyToId: quoted.id,
        mentions: [ann.userId],
        metadata: { a: 1 },
      });
      expect(message).toMatchObject({
        id,
        replyTo: { id: quoted.id, seq: 1, senderId: ann.userId, preview: 'First' },
        mentions: [ann.userId],
        metadata: { a: 1 },
      });
    });

    it('costs one of the rate limit; a repeated send is free, also beyond the limit', async () => {
      chat = new InMemoryApp({ ...RATES, send: { limit: 2, windowMs: 60_000 } });
      ann = await chat.person('ann');
      const { conversation } = await chat.conversations.create(ann, { type: 'group', memberIds: [] });
      const command = { id: newId(), conversationId: conversation.id, text: 'Once' };
      const first = await chat.messages.send(ann, command);
      const stored = { ...first, created: false };
      for (let times = 0; times < 3; times++) expect(await chat.messages.send(ann, command)).toEqual(stored);
      await chat.messages.send(ann, { ...command, id: newId() });
      const refusal = { code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } };
      await expect(chat.messages.send(ann, { ...command, id: newId() })).rejects.toMatchObject(refusal);
      expect(await chat.messages.send(ann, command)).toEqual(stored);
      await expect(chat.messages.send(ann, { ...command, text: 'Twice' })).rejects.toMatchObject(refusal);
      expect(await chat.conversations.get(ann, conversation.id)).toMatchObject({ lastSeq: 2 });
    });

    it('returns the original message without later changes to a sender who has left', async () => {
      const command = { id: newId(), conversationId: group, text: 'Mine' };
      const { message } = await chat.messages.send(ben, command);
      await chat.members.leave(ben, group);
      expect((await chat.messages.send(ben, command)).message).toEqual(message);
      await chat.messages.react(ann, { id: message.id, emoji: '👍' });
      const again = { ...message, rev: message.seq };
      expect(await chat.messages.send(ben, command)).toEqual({ created: false, message: again });
      await chat.messages.delete(ann, { id: message.id });
      expect(await chat.messages.send(ben, command)).toEqual({ created: false, message: again });
    });

    it('returns the stored message for a repeated id, and publishes nothing', async () => {
      const command = { id: newId(), conversationId: group, text: 'Once' };
      const first = await chat.messages.send(ann, command);
      chat.events.take();
      chat.clock.advance(86_400_000);
      expect(await chat.messages.send(ann, { ...command, text: ' Once ' })).toEqual({ ...first, created: false });
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, group)).toMatchObject({ lastSeq: 1, rev: 2 });
    });

    it('publishes concurrent sends once each, in the order of rev', async () => {
      const commands = Array.from({ length: 20 }, (_, n) => ({ id: newId(), conversationId: group, text: `${n}` }));
      const repeated = [...commands, ...commands.slice(0, 5)];
      await Promise.all([
        ...repeated.map((command) => chat.messages.send(ann, command)),
        chat.members.add(ann, group, { userIds: [cleo.userId] }),
        chat.conversations.rename(ann, group, { title: 'Renamed' }),
      ]);
      const announced = chat.events.take().filter(({ event }) => event.rev !== undefined);
      expect(announced.map(({ event }) => event.rev)).toEqual(Array.from({ length: 22 }, (_, index) => index + 2));
      expect(announced.filter(({ name }) => name === 'message.created').map(({ event }) => event.message.text)).toEqual(
        commands.map(({ text }) => text),
      );
    });

    it('publishes and stores nothing when it is refused', async () => {
      const room = await chat.room(ann);
      const stored = await say('Stored');
      chat.events.take();
      const attempts: [Actor, object, string][] = [
        [ann, { text: ' \n ' }, 'validation_failed'],
        [ann, { text: 'x'.repeat(8_001) }, 'validation_failed'],
        [ann, { text: 'a\u0000' }, 'validation_failed'],
        [ann, { metadata: { a: 'x'.repeat(5_000) } }, 'validation_failed'],
        [ann, { mentions: [cleo.userId] }, 'validation_failed'],
        [ann, { replyToId: newId() }, 'not_found'],
        [ann, { conversationId: newId() }, 'not_found'],
        [cleo, {}, 'not_found'],
        [cleo, { conversationId: room }, 'not_a_member'],
        [ben, { id: stored.id, text: 'Stored' }, 'id_conflict'],
        [ann, { id: stored.id, text: 'Other' }, 'id_conflict'],
        [ann, { id: stored.id, text: 'Stored', conversationId: room }, 'id_conflict'],
      ];
      for (const [actor, change, code] of attempts) {
        const sending = chat.messages.send(actor, { conversationId: group, text: 'Hello', ...change });
        await expect(sending).rejects.toMatchObject({ code });
      }
      expect(chat.events.names()).toEqual([]);
      expect(await chat.conversations.get(ann, group)).toMatchObject({ lastSeq: 1, rev: 2 });
    });
  });

  describe('a page of history', () => {
    const page = async (query: object = {}, actor = ben) => {
      const { items, ...rest } = await chat.messages.list(actor, { conversationId: group, ...query });
      return { seqs: items.map(({ seq }) => seq), ...rest };
    };
    beforeEach(async () => {
      for (let n = 1; n <= 7; n++) await say(`${n}`);
    });

    it.each([
      ['is the newest', {}, [1, 2, 3, 4, 5, 6, 7], false, false],
      ['is the newest of a few', { limit: 3 }, [5, 6, 7], true, false],
      ['lies before a message', { before: 5, limit: 3 }, [2, 3, 4], true, true],
      ['lies before the first', { before: 1, limit: 3 }, [], false, true],
      ['lies after a message', { after: 5, limit: 3 }, [6, 7], true, false],
      ['lies after the last', { after: 7, limit: 3 }, [], true, false],
      ['lies after one that is not there yet', { after: 70, limit: 3 }, [], true, false],
      ['begins at the start', { after: 0, limit: 3 }, [1, 2, 3], false, true],
      ['lies around a message', { around: 4, limit: 3 }, [3, 4, 5], true, true],
    ])('%s', async (_case, query, seqs, hasBefore, hasAfter) => {
      expect(await page(query)).toEqual({ seqs, hasBefore, hasAfter });
    });

    it('accepts one of before, after and around', async () => {
      for (const query of [
        { before: 3, after: 1 },
        { around: 3, before: 5 },
        { after: 0, around: 1 },
      ]) {
        await expect(page(query)).rejects.toMatchObject({ code: 'validation_failed' });
      }
    });

    it('is refused to outsiders', async () => {
      const room = await chat.room(ann);
      await expect(page({}, cleo)).rejects.toMatchObject({ code: 'not_found' });
      await expect(page({ conversationId: room }, cleo)).rejects.toMatchObject({ code: 'not_a_member' });
      await expect(page({ conversationId: newId() })).rejects.toMatchObject({ code: 'not_found' });
      await chat.members.leave(ben, group);
      await expect(page()).rejects.toMatchObject({ code: 'not_found' });
    });

    it('is empty for an empty conversation', async () => {
      const empty = await chat.group(ann);
      const history = await chat.messages.list(ann, { conversationId: empty });
      expect(history).toEqual({ items: [], hasBefore: false, hasAfter: false });
    });
  });

  describe('across a block', () => {
    let direct: string;
    let mine: MessageView;
    let theirs: MessageView;
    beforeEach(async () => {
      direct = await chat.direct(ann, ben);
      mine = (await chat.messages.send(ann, { conversationId: direct, text: 'Mine' })).message;
      theirs = (await chat.messages.send(ben, { conversationId: direct, text: 'Theirs' })).message;
      await chat.messages.react(ann, { id: theirs.id, emoji: '👍' });
    });

    const sides: [string, () => Promise<void>][] = [
      ['the sender', () => chat.blocks.block(ann, ben.userId)],
      ['the peer', () => chat.blocks.block(ben, ann.userId)],
    ];
    const revOf = async (id: string) => (await chat.conversations.get(ann, id)).rev;

    it.each(sides)('of %s refuses new content in a direct conversation', async (_case, block) => {
      await block();
      const rev = await revOf(direct);
      chat.events.take();
      for (const attempt of [
        () => chat.messages.send(ann, { conversationId: direct, text: 'Hello?' }),
        () => chat.messages.edit(ann, { id: mine.id, text: 'Hello?' }),
        () => chat.messages.react(ann, { id: mine.id, emoji: '🎉' }),
        () => chat.messages.react(ann, { id: theirs.id, emoji: '🎉' }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'blocked' });
      }
      expect(chat.events.names()).toEqual([]);
      expect(await revOf(direct)).toBe(rev);
    });

    it.each(sides)('of %s allows deletions and removed reactions', async (_case, block) => {
      await block();
      chat.events.take();
      const unreacted = await chat.messages.unreact(ann, { id: theirs.id, emoji: '👍' });
      expect(unreacted.reactions).toEqual([]);
      const deleted = await chat.messages.delete(ann, { id: mine.id });
      expect(deleted).toMatchObject({ text: '', deletedAt: chat.clock.now().toISOString() });
      expect(chat.events.names()).toEqual(['message.updated', 'message.deleted']);
    });

    it.each(sides)('of %s leaves messages readable, and answers a repeated send', async (_case, block) => {
      await block();
      const { items } = await chat.messages.list(ann, { conversationId: direct });
      expect(items.map(({ text }) => text)).toEqual(['Mine', 'Theirs']);
      const again = await chat.messages.send(ann, { id: mine.id, conversationId: direct, text: 'Mine' });
      expect(again).toEqual({ created: false, message: mine });
    });

    it.each(sides)('of %s does not affect a group', async (_case, block) => {
      await block();
      const { id } = await say('Hello all');
      const bens = await say('Hello', ben);
      await chat.messages.edit(ann, { id, text: 'Hello everybody' });
      expect((await chat.messages.react(ann, { id: bens.id, emoji: '👍' })).reactions).toHaveLength(1);
      expect((await chat.messages.get(ben, id)).text).toBe('Hello everybody');
    });

    it('that was removed allows new content again', async () => {
      await chat.blocks.block(ben, ann.userId);
      await chat.blocks.unblock(ben, ann.userId);
      await chat.messages.send(ann, { conversationId: direct, text: 'Again' });
      expect((await chat.messages.edit(ann, { id: mine.id, text: 'Edited' })).text).toBe('Edited');
    });

    it('with a third user does not affect a direct conversation', async () => {
      await chat.blocks.block(cleo, ann.userId);
      const sent = chat.messages.send(ann, { conversationId: direct, text: 'Still here' });
      await expect(sent).resolves.toMatchObject({ created: true });
    });
  });

  describe('one message', () => {
    it('is not found by outsiders', async () => {
      const message = await say('Private');
      await expect(chat.messages.get(cleo, message.id)).rejects.toMatchObject({
        code: 'not_found',
        detail: 'There is no such message.',
      });
      await expect(chat.messages.get(ann, newId())).rejects.toMatchObject({
        code: 'not_found',
        detail: 'There is no such message.',
      });
      await chat.members.leave(ben, group);
      await expect(chat.messages.get(ben, message.id)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('in a room is refused with not_a_member until the user joins', async () => {
      const room = await chat.room(ann);
      const { message } = await chat.messages.send(ann, { conversationId: room, text: 'Come in' });
      await expect(chat.messages.get(cleo, message.id)).rejects.toMatchObject({ code: 'not_a_member' });
      await chat.members.join(cleo, room);
      expect(await chat.messages.get(cleo, message.id)).toEqual(message);
    });
  });
});
