import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { RecordedEvents } from '../../test/fakes/recorded-events.js';
import { aMessage } from '../../test/fakes/view-factories.js';
import { DomainError } from '../common/domain-error.js';
import { SearchIndexer } from './search-indexer.service.js';

/** An index of conversations with batches to come. It counts concurrent batches, and fails when a test says so. */
class FakeIndex {
  readonly batchesLeft = new Map<string, number>();
  readonly indexed: string[] = [];
  failures = 0;
  failure: Error = new Error('no database');
  concurrent = 0;
  mostConcurrent = 0;
  hold: Promise<void> = Promise.resolve();

  unindexed(_userId: string, _conversationId: string | null, limit: number): Promise<string[]> {
    return Promise.resolve([...this.batchesLeft.keys()].slice(0, limit));
  }

  async indexNextBatch(conversationId: string): Promise<boolean> {
    this.mostConcurrent = Math.max(this.mostConcurrent, ++this.concurrent);
    await this.hold;
    this.concurrent--;
    if (this.failures-- > 0) throw this.failure;
    this.indexed.push(conversationId);
    const remaining = (this.batchesLeft.get(conversationId) ?? 1) - 1;
    this.batchesLeft.set(conversationId, remaining);
    if (remaining <= 0) this.batchesLeft.delete(conversationId);
    return remaining > 0;
  }
}

describe('the search indexer', () => {
  let index: FakeIndex;
  let events: RecordedEvents;
  let warnings: unknown[];
  let indexer: SearchIndexer;
  beforeEach(() => {
    jest.useFakeTimers();
    [index, events, warnings] = [new FakeIndex(), new RecordedEvents(), []];
    indexer = new SearchIndexer(index, events, { warn: (...line: unknown[]) => void warnings.push(line) });
  });
  afterEach(async () => {
    await indexer.onModuleDestroy();
    jest.useRealTimers();
  });

  const change = (conversationId: string, name: 'message.created' | 'message.deleted' = 'message.created'): void => {
    events.publish(name, { conversationId, rev: 1, message: aMessage({ conversationId }) });
  };
  const aWhile = () => jest.advanceTimersByTimeAsync(5_000);

  it('indexes a conversation completely five seconds after its first change, once for many changes', async () => {
    index.batchesLeft.set('a', 3);
    change('a');
    change('b', 'message.deleted');
    change('a');
    await jest.advanceTimersByTimeAsync(4_999);
    expect(index.indexed).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(index.indexed).toEqual(['a', 'a', 'a', 'b']);
    await aWhile();
    expect(index.indexed).toHaveLength(4);
    change('a');
    await aWhile();
    expect(index.indexed).toHaveLength(5);
  });

  it('indexes a conversation again that changes while it is indexed', async () => {
    let release = (): void => undefined;
    index.hold = new Promise((resolve) => {
      release = resolve;
    });
    change('a');
    await aWhile();
    change('a');
    change('b');
    await aWhile();
    expect(index.indexed).toEqual([]);
    release();
    await aWhile();
    await aWhile();
    expect(index.indexed).toEqual(['a', 'a', 'b']);
  });

  it('continues with other conversations after a failure, and retries with the next change', async () => {
    index.failures = 1;
    change('a');
    change('b');
    await aWhile();
    expect(index.indexed).toEqual(['b']);
    expect(warnings).toEqual([[{ err: index.failure, conversationId: 'a' }, 'search: indexing failed']]);
    change('a');
    await aWhile();
    expect(index.indexed).toEqual(['b', 'a']);
  });

  it('tries one conversation while the database is unavailable, and later indexes all that wait', async () => {
    index.failure = new DomainError('unavailable', 'Gone.', { retryAfterMs: 1_000 });
    index.failures = 2;
    for (const id of ['a', 'b', 'c']) change(id);
    await aWhile();
    await aWhile();
    expect([index.failures, index.indexed]).toEqual([0, []]);
    await aWhile();
    expect(index.indexed).toEqual(['a', 'b', 'c']);
  });

  it('indexes one batch of a conversation at a time for concurrent searches', async () => {
    index.batchesLeft.set('a', 4);
    await Promise.all([indexer.catchUp('ann', null), indexer.catchUp('ben', null), indexer.catchUp('cleo', 'a')]);
    expect(index.mostConcurrent).toBe(1);
    expect(index.batchesLeft.size).toBe(0);
  });

  it('lets a search wait for a hundred batches, and indexes the rest in the background', async () => {
    index.batchesLeft.set('a', 150);
    index.batchesLeft.set('b', 1);
    await indexer.catchUp('ann', null);
    expect(index.indexed).toHaveLength(100);
    await aWhile();
    expect(index.indexed).toHaveLength(151);
    expect(index.batchesLeft.size).toBe(0);
  });

  it('rejects a search when indexing fails', async () => {
    index.batchesLeft.set('a', 1);
    index.failures = 1;
    await expect(indexer.catchUp('ann', null)).rejects.toThrow('no database');
  });

  it('finishes the current batch at shutdown, and starts no other', async () => {
    let release = (): void => undefined;
    index.hold = new Promise((resolve) => {
      release = resolve;
    });
    index.batchesLeft.set('a', 9);
    change('a');
    change('b');
    await aWhile();
    let ended = false;
    const end = indexer.onModuleDestroy().then(() => {
      ended = true;
    });
    await aWhile();
    expect(ended).toBe(false);
    release();
    await end;
    change('c');
    await aWhile();
    expect(index.indexed).toEqual(['a']);
  });
});
