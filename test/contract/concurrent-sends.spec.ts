import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import { after, newMessage } from '../fakes/row-factories.js';
import { changeMembers, ascending, conversationOf, people, type Stores, STORES, upTo } from './stores.js';

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

  describe('a repeated id', () => {
    it('returns the stored message, and changes nothing', async () => {
      const message = newMessage(group, ann, { text: 'once' });
      const first = await stores.messages.append(message);
      await send(ben, 'between');
      const before = await stores.conversations.view(group, ann);
      const again = await stores.messages.append({ ...message, createdAt: after(60_000), metadata: '{"new":1}' });
      expect(again).toEqual({ result: first.result, events: [] });
      expect(await stores.conversations.view(group, ann)).toEqual(before);
    });

    it.each([
      ['by another sender', () => ({ senderId: ben })],
      ['with another text', () => ({ text: 'twice' })],
      ['in another case of the text', () => ({ text: 'ONCE' })],
      ['with another accent', () => ({ text: 'oncé' })],
    ])('%s is a conflict', async (_case, differently) => {
      const message = newMessage(group, ann, { text: 'once' });
      await stores.messages.append(message);
      await expect(stores.messages.append({ ...message, ...differently() })).rejects.toMatchObject({
        code: 'id_conflict',
      });
      expect(await history()).toEqual(['once']);
    });

    it('is a conflict in another conversation, whether the sender is a member or not', async () => {
      const message = newMessage(group, ann);
      await stores.messages.append(message);
      const mine = await conversationOf(stores, 'group', [ann]);
      const strange = await conversationOf(stores, 'group', [cleo]);
      for (const conversationId of [mine, strange, newId()]) {
        const moved = stores.messages.append({ ...message, conversationId });
        await expect(moved).rejects.toMatchObject({ code: 'id_conflict' });
      }
      expect(await logOf(mine)).toEqual({ lastSeq: 0, rev: 1 });
    });

    it('returns the stored message to a sender who has left since', async () => {
      const message = newMessage(group, ben, { text: 'last words' });
      const { result: stored } = await stores.messages.append(message);
      await changeMembers(stores, group, ben, [{ kind: 'leave', userId: ben }], after(1));
      expect(await stores.messages.append(message)).toEqual({ result: stored, events: [] });
    });
  });

  describe('concurrent sends', () => {
    it('form one gapless log, with a fifth of them repeated', async () => {
      const sends = upTo(40).map((n) => newMessage(group, n % 2 ? ann : ben, { text: `message ${n}` }));
      const repeated = sends.filter((_send, index) => index % 5 === 0);
      const results = await Promise.all([...sends, ...repeated].map((message) => stores.messages.append(message)));
      const created = results.filter(({ events }) => events.length > 0).map(({ result }) => result);
      expect(ascending(created.map(({ seq }) => seq))).toEqual(upTo(40));
      expect(ascending(created.map(({ rev }) => rev))).toEqual(upTo(41).slice(1));
      const stored = await stores.messages.range(group, 1, 100);
      expect(stored.map(({ seq }) => seq)).toEqual(upTo(40));
      expect(stored.map(({ text }) => text).sort()).toEqual(sends.map(({ text }) => text).sort());
      for (const { result } of results) expect(stored[result.seq - 1]).toEqual(result);
      expect(await logOf()).toEqual({ lastSeq: 40, rev: 41 });
    });

    it('with one id in two conversations are stored in one, and leave no gap in the other', async () => {
      const other = await conversationOf(stores, 'group', [ann]);
      for (let round = 0; round < 8; round++) {
        const message = newMessage(group, ann);
        const attempts = await Promise.allSettled(
          [group, other, group, other].map((conversationId) => stores.messages.append({ ...message, conversationId })),
        );
        const home = (await stores.messages.byId(message.id))?.conversationId;
        for (const [index, attempt] of attempts.entries()) {
          if ([group, other][index % 2] === home) expect(attempt.status).toBe('fulfilled');
          else expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'id_conflict' } });
        }
      }
      const [one, two] = [await logOf(), await logOf(other)];
      expect((one.lastSeq ?? 0) + (two.lastSeq ?? 0)).toBe(8);
      for (const [id, { lastSeq = 0, rev }] of [
        [group, one],
        [other, two],
      ] as const) {
        expect(rev).toBe(lastSeq + 1);
        expect((await stores.messages.range(id, 1, 100)).map(({ seq }) => seq)).toEqual(upTo(lastSeq));
      }
    });

    it('with one id and two texts are one message and one conflict', async () => {
      const message = newMessage(group, ann);
      const attempts = await Promise.allSettled(
        ['this', 'that'].map((text) => stores.messages.append({ ...message, text })),
      );
      expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await history()).toEqual([(await stores.messages.byId(message.id))?.text]);
    });

    it('in many conversations number each conversation by itself', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 6; i++) ids.push(await conversationOf(stores, 'group', [ann, ben]));
      await Promise.all(upTo(36).map((n) => stores.messages.append(newMessage(ids[n % 6] ?? '', n % 2 ? ann : ben))));
      for (const id of ids) expect(await logOf(id)).toEqual({ lastSeq: 6, rev: 7 });
    });
  });
});
