import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { DomainError } from '../../src/common/domain-error.js';
import type { MessageChange } from '../../src/messages/message.js';
import { after, newMessage } from '../fakes/row-factories.js';
import { ascending, conversationOf, people, type Stores, STORES, upTo } from './stores.js';

describe.each(STORES)('changes of messages %s', (_, open) => {
  let stores: Stores;
  let members: string[] = [];
  let [ann, ben] = ['', ''];
  let group: string;
  let id: string;
  beforeAll(async () => {
    stores = await open();
    members = await people(stores, 25);
    [ann = '', ben = ''] = members;
  });
  beforeEach(async () => {
    group = await conversationOf(stores, 'group', members);
    id = (await stores.messages.append(newMessage(group, ann, { text: 'one', metadata: '{"a":1}' }))).result.id;
  });
  afterAll(() => stores.close());

  const change = (by: string, what: MessageChange | null) => stores.messages.change(id, by, after(5), () => what);
  const rev = async () => (await stores.conversations.standing(group, ann))?.conversation.rev;

  it('take the next rev, keep the seq, and are returned by later reads', async () => {
    const edited = await change(ann, { kind: 'edit', text: 'two' });
    expect(edited).toMatchObject({
      events: [{ name: 'message.updated', event: { conversationId: group, rev: 3, message: { id, text: 'two' } } }],
      result: {
        id,
        seq: 1,
        rev: 3,
        text: 'two',
        metadata: { a: 1 },
        editedAt: after(5).toISOString(),
        deletedAt: null,
      },
    });
    expect(await stores.messages.byId(id)).toEqual(edited.result);
    expect(await rev()).toBe(3);
    const deleted = await change(ann, { kind: 'delete' });
    expect(deleted.result).toMatchObject({ seq: 1, rev: 4, text: '', metadata: null, mentions: [], reactions: [] });
    expect(deleted.result?.deletedAt).toBe(after(5).toISOString());
    expect((await stores.conversations.standing(group, ann))?.conversation).toMatchObject({ lastSeq: 1, rev: 4 });
  });

  it('are decided by the message and the actor’s membership', async () => {
    const outsider = (await people(stores, 1))[0] ?? '';
    const seen: unknown[] = [];
    for (const by of [ben, outsider]) {
      await stores.messages.change(id, by, after(1), (message, { conversation, membership }) => {
        seen.push([message, conversation.id, membership]);
        return null;
      });
    }
    const message = { senderId: ann, conversationId: group, text: 'one', edited: false, deleted: false };
    expect(seen).toEqual([
      [message, group, { userId: ben, role: 'member' }],
      [message, group, null],
    ]);
  });

  it('do not happen when the decision is null or throws, or without a message', async () => {
    expect(await change(ann, null)).toMatchObject({ events: [], result: { rev: 2, text: 'one' } });
    const refuse = stores.messages.change(id, ann, after(1), () => {
      throw new DomainError('forbidden', 'no');
    });
    await expect(refuse).rejects.toMatchObject({ code: 'forbidden' });
    expect(await stores.messages.change(ben, ann, after(1), () => ({ kind: 'delete' }))).toEqual({
      result: null,
      events: [],
    });
    expect(await rev()).toBe(2);
  });

  it('keep the id taken: a repeated send of an edited or deleted message returns its current form', async () => {
    const send = { id, text: 'one' };
    await change(ann, { kind: 'edit', text: 'two' });
    const again = await stores.messages.append(newMessage(group, ann, send));
    expect(again).toMatchObject({ events: [], result: { text: 'two', rev: 3 } });
    await change(ann, { kind: 'delete' });
    const still = await stores.messages.append(newMessage(group, ann, send));
    expect(still).toMatchObject({ events: [], result: { text: '', rev: 4 } });
  });

  it('count each reaction once, and list the first twenty users in order', async () => {
    for (const by of members) await change(by, { kind: 'react', emoji: '👍' });
    expect(await change(ben, { kind: 'react', emoji: '👍' })).toMatchObject({ events: [], result: { rev: 27 } });
    const shown = async () => (await stores.messages.byId(id))?.reactions;
    expect(await shown()).toEqual([{ emoji: '👍', count: 25, userIds: members.slice(0, 20) }]);
    await change(ben, { kind: 'unreact', emoji: '👍' });
    const left = members.filter((member) => member !== ben);
    expect(await shown()).toEqual([{ emoji: '👍', count: 24, userIds: left.slice(0, 20) }]);
    expect((await change(ben, { kind: 'unreact', emoji: '👍' })).events).toEqual([]);
    expect(await rev()).toBe(28);
  });

  it('allow at most twenty different emoji', async () => {
    const emoji = upTo(21).map((n) => String.fromCodePoint(0x1f400 + n));
    for (const one of emoji.slice(0, 20)) await change(ann, { kind: 'react', emoji: one });
    await expect(change(ben, { kind: 'react', emoji: emoji[20] ?? '' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await change(ben, { kind: 'react', emoji: emoji[0] ?? '' })).events).toHaveLength(1);
    expect(await rev()).toBe(23);
  });

  it('keep rev gapless when they run concurrently with new messages', async () => {
    const results = await Promise.all(
      members.flatMap((by) => [
        change(by, { kind: 'react', emoji: '🎉' }),
        change(ann, { kind: 'edit', text: by }),
        stores.messages.append(newMessage(group, by)),
      ]),
    );
    const revs = results.map(({ result }) => result?.rev ?? 0);
    expect(ascending(revs)).toEqual(upTo(members.length * 3).map((n) => n + 2));
    expect(await rev()).toBe(members.length * 3 + 2);
  });
});
