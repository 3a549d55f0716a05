import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { pino } from 'pino';

import { ConversationPurgeRepository } from '../../src/conversations/conversation-purge.repository.js';
import { ConversationPurgeService } from '../../src/conversations/conversation-purge.service.js';
import { newConversation, newMessage, NOON } from '../fakes/row-factories.js';
import { changeMembers, conversationOf, inDatabase, people, upTo } from './stores.js';

describe('the purge of deleted conversations', () => {
  let stores: Awaited<ReturnType<typeof inDatabase>>;
  let purges: ConversationPurgeRepository;
  let ann = '';
  beforeAll(async () => {
    stores = await inDatabase();
    purges = new ConversationPurgeRepository(stores.database, stores.owners);
    [ann = ''] = await people(stores, 1);
  });
  afterAll(() => stores.close());

  /** A group with messages, a reaction on the first and one on the last. */
  async function groupWithMessages(count: number): Promise<string> {
    const id = await conversationOf(stores, 'group', [ann]);
    const sent = await Promise.all(upTo(count).map(() => stores.messages.append(newMessage(id, ann))));
    await stores.messages.change(sent[0]!.result.id, ann, NOON, () => ({ kind: 'react', emoji: '👍' }));
    await stores.messages.change(sent.at(-1)!.result.id, ann, NOON, () => ({ kind: 'react', emoji: '👍' }));
    return id;
  }

  const remaining = async (id: string): Promise<number[]> =>
    Promise.all(
      ['messages', 'reactions', 'members', 'search_entries'].map(async (table) => {
        const rows = await stores.database.rows(`SELECT COUNT(*) AS n FROM ${table} WHERE conversation_id = ?`, [id]);
        return Number(rows[0]?.['n']);
      }),
    );

  it('deletes at most 500 messages per step, and nothing of other conversations', async () => {
    const [deleted, kept] = [await groupWithMessages(1_200), await groupWithMessages(10)];
    expect(await purges.next()).toBeNull();
    await stores.conversations.delete(deleted, ann, () => undefined);
    expect(await remaining(deleted)).toEqual([1_200, 2, 0, 0]);
    expect(await purges.next()).toBe(deleted);
    const steps = [await purges.step(deleted), await purges.step(deleted), await purges.step(deleted)];
    expect(steps).toEqual([true, true, false]);
    expect(await remaining(deleted)).toEqual([0, 0, 0, 0]);
    expect(await remaining(kept)).toEqual([10, 2, 1, 0]);
    expect(await purges.next()).toBeNull();
  });

  it('keeps messages unreachable and the id taken, before and after it', async () => {
    const id = await groupWithMessages(3);
    const [message] = await stores.messages.range(id, 1, 1);
    await stores.conversations.delete(id, ann, () => undefined);
    expect(await stores.messages.byId(message!.id)).toBeNull();
    const again = (): Promise<unknown> => stores.conversations.create(newConversation('group', [ann], { id }));
    await expect(again()).rejects.toMatchObject({ code: 'id_conflict' });
    expect(await purges.step(id)).toBe(false);
    expect(await purges.next()).toBeNull();
    await expect(again()).rejects.toMatchObject({ code: 'id_conflict' });
  });

  it('runs after a deletion, after the last member has left, and when the server starts', async () => {
    const [before, deleted, abandoned] = [
      await groupWithMessages(2),
      await groupWithMessages(2),
      await groupWithMessages(2),
    ];
    await stores.conversations.delete(before, ann, () => undefined);
    const service = new ConversationPurgeService(purges, stores.events, pino({ level: 'silent' }));
    service.onApplicationBootstrap();
    await stores.conversations.delete(deleted, ann, () => undefined);
    await changeMembers(stores, abandoned, ann, [{ kind: 'leave', userId: ann }]);
    while ((await purges.next()) !== null) await new Promise(setImmediate);
    for (const id of [before, deleted, abandoned]) expect(await remaining(id)).toEqual([0, 0, 0, 0]);
    await service.onModuleDestroy();
  });
});
