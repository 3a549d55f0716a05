import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { MessageChange } from '../../src/messages/message.js';
import { after, newMessage } from '../fakes/row-factories.js';
import { aMessage } from '../fakes/view-factories.js';
import { changeMembers, conversationOf, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('messages %s', (_, open) => {
  let stores: Stores;
  let [ann, ben, cleo] = ['', '', ''];
  let group: string;
  beforeAll(async () => {
    stores = await open();
    [ann = '', ben = '', cleo = ''] = await people(stores, 3);
  });
  beforeEach(async () => {
    group = await conversationOf(stores, 'group', [ann, ben]);
  });
  afterAll(() => stores.close());

  const send = (senderId: string, text: string, more: object = {}) =>
    stores.messages.append(newMessage(group, senderId, { text, ...more }));
  const history = async (id = group) => (await stores.messages.range(id, 1, 1_000)).map(({ text }) => text);
  const logOf = async (id = group) => {
    const conversation = (await stores.conversations.standing(id, ann))?.conversation;
    return { lastSeq: conversation?.lastSeq, rev: conversation?.rev };
  };

  describe('a new message', () => {
    it('takes the next seq and rev of its conversation', async () => {
      const sent = [await send(ann, 'one'), await send(ben, 'two'), await send(ann, 'three')];
      expect(sent.map(({ result, events }) => [events.length, result.seq, result.rev])).toEqual([
        [1, 1, 2],
        [1, 2, 3],
        [1, 3, 4],
      ]);
      expect(await history()).toEqual(['one', 'two', 'three']);
      expect(await logOf()).toEqual({ lastSeq: 3, rev: 4 });
    });

    it('is stored with its reply, mentions and metadata', async () => {
      const { result: quoted } = await send(ben, '🦊'.repeat(150));
      const { result: message } = await send(ann, 'Grüße\n\tالسلام عليكم 👩‍👩‍👧 ', {
        createdAt: after(7),
        replyToId: quoted.id,
        mentions: [ben, ann],
        metadata: '{"card":{"π":[1,null,"🦊"]}}',
      });
      const sender = await stores.users.byId(ann);
      expect(message).toEqual(
        aMessage({
          id: message.id,
          conversationId: group,
          seq: 2,
          rev: 3,
          sender: {
            id: ann,
            username: sender?.username ?? '',
            displayName: sender?.displayName ?? '',
            avatarUrl: null,
          },
          text: 'Grüße\n\tالسلام عليكم 👩‍👩‍👧 ',
          replyTo: { id: quoted.id, seq: 1, senderId: ben, preview: '🦊'.repeat(140) },
          mentions: [ben, ann],
          metadata: { card: { π: [1, null, '🦊'] } },
          createdAt: '2026-11-20T12:00:00.130Z',
        }),
      );
      expect(await stores.messages.byId(message.id)).toEqual(message);
      expect(await stores.messages.range(group, 2, 2)).toEqual([message]);
      expect(await stores.conversations.view(group, ben)).toMatchObject({ lastMessage: message });
    });

    it('may have 8,000 characters of four bytes', async () => {
      const text = '🦊'.repeat(8_000);
      const { result: message } = await send(ann, text);
      expect((await stores.messages.byId(message.id))?.text).toBe(text);
    });

    it('is read for its sender and unread for other members', async () => {
      await send(ann, 'one');
      await send(ben, 'two');
      await send(ann, 'three');
      const members = await stores.members.among(group, [ann, ben]);
      expect(new Map(members.map(({ user, readSeq, deliveredSeq }) => [user.id, [readSeq, deliveredSeq]]))).toEqual(
        new Map([
          [ann, [3, 3]],
          [ben, [2, 2]],
        ]),
      );
      expect((await stores.conversations.view(group, ann))?.me?.unreadCount).toBe(0);
      expect((await stores.conversations.view(group, ben))?.me?.unreadCount).toBe(1);
    });

    it.each([
      ['a group', 'group', 'not_found'],
      ['a direct conversation', 'direct', 'not_found'],
      ['a room', 'room', 'not_a_member'],
    ] as const)('in %s is accepted from members only', async (_case, type, code) => {
      const [one = '', two = ''] = await people(stores, 2);
      const id = await conversationOf(stores, type, [one, two]);
      await expect(stores.messages.append(newMessage(id, cleo))).rejects.toMatchObject({ code });
      expect(await history(id)).toEqual([]);
      expect(await logOf(id)).toEqual({ lastSeq: 0, rev: 1 });
    });

    it('is refused from a former member', async () => {
      await changeMembers(stores, group, ben, [{ kind: 'leave', userId: ben }], after(1));
      await expect(send(ben, 'still here?')).rejects.toMatchObject({ code: 'not_found' });
    });

    it('is refused for an unknown conversation', async () => {
      await expect(stores.messages.append(newMessage(newId(), ann))).rejects.toMatchObject({ code: 'not_found' });
    });

    it('replies to a message of the same conversation only', async () => {
      const other = await conversationOf(stores, 'group', [ann]);
      const { result: message } = await stores.messages.append(newMessage(other, ann));
      for (const replyToId of [message.id, newId()]) {
        await expect(send(ann, 'reply', { replyToId })).rejects.toMatchObject({ code: 'not_found' });
      }
      expect(await logOf()).toEqual({ lastSeq: 0, rev: 1 });
    });

    it('mentions members only', async () => {
      await expect(send(ann, 'Hi', { mentions: [ben, cleo] })).rejects.toMatchObject({
        code: 'validation_failed',
        extra: { errors: [{ field: 'mentions' }] },
      });
      expect(await logOf()).toEqual({ lastSeq: 0, rev: 1 });
    });
  });

  describe('across a block', () => {
    const sides: [string, (one: string, two: string) => Promise<boolean>][] = [
      ['the sender', (one, two) => stores.blocks.add(one, two, after(1))],
      ['the peer', (one, two) => stores.blocks.add(two, one, after(1))],
    ];

    it.each(sides)('of %s refuses new content in a direct conversation, and allows deletions', async (_case, block) => {
      const [one = '', two = ''] = await people(stores, 2);
      const id = await conversationOf(stores, 'direct', [one, two]);
      const first = newMessage(id, one, { text: 'Hello' });
      const { result: message } = await stores.messages.append(first);
      const change = (what: MessageChange) => stores.messages.change(message.id, one, after(2), () => what);
      await change({ kind: 'react', emoji: '👍' });
      await block(one, two);

      await expect(stores.messages.append(newMessage(id, one))).rejects.toMatchObject({ code: 'blocked' });
      await expect(change({ kind: 'edit', text: 'New' })).rejects.toMatchObject({ code: 'blocked' });
      await expect(change({ kind: 'react', emoji: '🎉' })).rejects.toMatchObject({ code: 'blocked' });
      const standing = await stores.conversations.standing(id, one);
      expect(standing?.conversation).toMatchObject({ lastSeq: 1, rev: 3 });
      expect(await stores.messages.append(first)).toMatchObject({
        events: [],
        result: { text: 'Hello', rev: 3 },
      });

      expect(await change({ kind: 'unreact', emoji: '👍' })).toMatchObject({
        events: [{ name: 'message.updated' }],
        result: { rev: 4 },
      });
      expect(await change({ kind: 'delete' })).toMatchObject({
        events: [{ name: 'message.deleted' }],
        result: { rev: 5, text: '' },
      });

      await stores.blocks.remove(one, two);
      await stores.blocks.remove(two, one);
      const again = await stores.messages.append(newMessage(id, one));
      expect(again).toMatchObject({ events: [{ name: 'message.created' }], result: { seq: 2, rev: 6 } });
    });

    it.each(sides)('of %s does not affect groups and rooms', async (_case, block) => {
      const [one = '', two = ''] = await people(stores, 2);
      await conversationOf(stores, 'direct', [one, two]);
      await block(one, two);
      for (const type of ['group', 'room'] as const) {
        const id = await conversationOf(stores, type, [ann, one, two]);
        const { result: message } = await stores.messages.append(newMessage(id, two));
        const reacted = await stores.messages.change(message.id, one, after(2), () => ({ kind: 'react', emoji: '👍' }));
        expect(reacted).toMatchObject({ events: [{ name: 'message.updated' }], result: { seq: 1, rev: 3 } });
      }
    });

    it('with a third user does not affect a direct conversation', async () => {
      const [one = '', two = '', three = ''] = await people(stores, 3);
      const id = await conversationOf(stores, 'direct', [one, two]);
      await stores.blocks.add(one, three, after(1));
      await stores.blocks.add(three, two, after(1));
      expect(await stores.messages.append(newMessage(id, one))).toMatchObject({
        events: [{ name: 'message.created' }],
      });
    });
  });

  describe('a range', () => {
    it('returns the existing messages in order', async () => {
      for (const n of upTo(7)) await send(ann, `${n}`);
      const texts = async (first: number, last: number) =>
        (await stores.messages.range(group, first, last)).map(({ text }) => text);
      expect(await texts(3, 5)).toEqual(['3', '4', '5']);
      expect(await texts(6, 100)).toEqual(['6', '7']);
      expect(await texts(-5, 2)).toEqual(['1', '2']);
      expect(await texts(8, 9)).toEqual([]);
      expect(await texts(5, 4)).toEqual([]);
    });

    it('excludes messages of other conversations', async () => {
      const other = await conversationOf(stores, 'group', [ann]);
      await send(ann, 'here');
      await stores.messages.append(newMessage(other, ann, { text: 'there' }));
      expect(await history()).toEqual(['here']);
      expect(await stores.messages.range(newId(), 1, 10)).toEqual([]);
    });
  });

  it('remain after their sender’s account is erased, with a nameless sender', async () => {
    const [gone = ''] = await people(stores, 1);
    await changeMembers(stores, group, ann, [{ kind: 'join', userId: gone, role: 'member' }], after(1));
    const { result: message } = await send(gone, 'I was here');
    await stores.erase(gone);
    expect(await stores.messages.byId(message.id)).toMatchObject({
      text: 'I was here',
      sender: { id: gone, username: null, displayName: null, avatarUrl: null },
    });
    expect(await stores.messages.byId(newId())).toBeNull();
  });
});
