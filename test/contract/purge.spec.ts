import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ConversationPurgeRepository } from '../../src/conversations/conversation-purge.repository.js';
import { ConversationPurgeService } from '../../src/conversations/conversation-purge.service.js';
import { RecordedEvents } from '../fakes/recorded-events.js';
import { conversationOf, inDatabase, newConversation, newMessage, NOON, people, upTo } from './stores.js';

describe('what deleted conversations leave behind', () => {
  let stores: Awaited<ReturnType<typeof inDatabase>>;
  let purges: ConversationPurgeRepository;
  let ann = '';
  beforeAll(async () => {
    stores = await inDatabase();
    purges = new ConversationPurgeRepository(stores.database);
    [ann = ''] = await people(stores, 1);
  });
  afterAll(() => stores.close());

  /** A group with so many messages, each with a reaction. */
  async function talk(count: number): Promise<string> {
    const id = await conversationOf(stores, 'group', [ann]);
    const sent = await Promise.all(upTo(count).map(() => stores.messages.append(newMessage(id, ann))));
    await stores.messages.change(sent[0]!.result.id, ann, NOON, () => ({ kind: 'react', emoji: '👍' }));
    await stores.messages.change(sent.at(-1)!.result.id, ann, NOON, () => ({ kind: 'react', emoji: '👍' }));
    return id;
  }

  const left = async (id: string): Promise<number[]> =>
    Promise.all(
      ['messages', 'reactions', 'members', 'search_entries'].map(async (table) => {
        const rows = await stores.database.rows(`SELECT COUNT(*) AS n FROM ${table} WHERE conversation_id = ?`, [id]);
        return Number(rows[0]?.['n']);
      }),
    );

  it('goes bit by bit, and nothing else goes', async () => {
    const [gone, stays] = [await talk(1_200), await talk(10)];
    expect(await purges.next()).toBeNull();
    await stores.conversations.delete(gone, ann, () => undefined);
    expect(await left(gone)).toEqual([1_200, 2, 0, 0]);
    expect(await purges.next()).toBe(gone);
    const steps = [await purges.step(gone), await purges.step(gone), await purges.step(gone)];
    expect(steps).toEqual([true, true, false]);
    expect(await left(gone)).toEqual([0, 0, 0, 0]);
    expect(await left(stays)).toEqual([10, 2, 1, 0]);
    expect(await purges.next()).toBeNull();
  });

  it('is out of reach, and keeps its id from another conversation for ever', async () => {
    const id = await talk(3);
    const [message] = await stores.messages.range(id, 1, 1);
    await stores.conversations.delete(id, ann, () => undefined);
    expect(await stores.messages.byId(message!.id)).toBeNull();
    const again = (): Promise<unknown> => stores.conversations.create(newConversation('group', [ann], { id }));
    await expect(again()).rejects.toMatchObject({ code: 'id_conflict' });
    expect(await purges.step(id)).toBe(false);
    expect(await purges.next()).toBeNull();
    await expect(again()).rejects.toMatchObject({ code: 'id_conflict' });
  });

  it('goes by itself: after a deletion, after the last member has left, and after a start', async () => {
    const [before, deleted, abandoned] = [await talk(2), await talk(2), await talk(2)];
    await stores.conversations.delete(before, ann, () => undefined);
    const events = new RecordedEvents();
    const service = new ConversationPurgeService(purges, events);
    service.onApplicationBootstrap();
    await stores.conversations.delete(deleted, ann, () => {
      events.publish('conversation.deleted', { conversationId: deleted });
    });
    await stores.conversations.changeMembers(abandoned, ann, [], NOON, () => [{ kind: 'leave', userId: ann }]);
    events.publish('conversation.removed', { conversationId: abandoned, userId: ann, reason: 'left' });
    while ((await purges.next()) !== null) await new Promise(setImmediate);
    for (const id of [before, deleted, abandoned]) expect(await left(id)).toEqual([0, 0, 0, 0]);
    await service.onModuleDestroy();
  });
});
