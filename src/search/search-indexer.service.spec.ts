import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { RecordedEvents } from '../../test/fakes/recorded-events.js';
import { DomainError } from '../common/domain-error.js';
import { newId } from '../common/uuid.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { SearchIndexer } from './search-indexer.service.js';
import { SearchStore } from './search.store.js';

const MESSAGE: MessageView = {
  id: newId(),
  conversationId: '',
  seq: 1,
  rev: 1,
  kind: 'text',
  sender: { id: newId(), username: 'ann', displayName: 'Ann', avatarUrl: null },
  text: 'Hello',
  replyTo: null,
  mentions: [],
  reactions: [],
  metadata: null,
  createdAt: '2026-11-20T12:00:00.123Z',
  editedAt: null,
  deletedAt: null,
};

/** An index of conversations that are some steps behind; it says who is at work, and fails when told. */
class FakeIndex extends SearchStore {
  readonly stepsLeft = new Map<string, number>();
  readonly followed: string[] = [];
  failures = 0;
  failure: Error = new Error('no database');
  atOnce = 0;
  most = 0;
  hold: Promise<void> = Promise.resolve();

  override find(): Promise<MessageView[]> {
    return Promise.resolve([]);
  }

  override behind(_userId: string, _conversationId: string | null, limit: number): Promise<string[]> {
    return Promise.resolve([...this.stepsLeft.keys()].slice(0, limit));
  }

  override async follow(conversationId: string): Promise<boolean> {
    this.most = Math.max(this.most, ++this.atOnce);
    await this.hold;
    this.atOnce--;
    if (this.failures-- > 0) throw this.failure;
    this.followed.push(conversationId);
    const left = (this.stepsLeft.get(conversationId) ?? 1) - 1;
    this.stepsLeft.set(conversationId, left);
    if (left <= 0) this.stepsLeft.delete(conversationId);
    return left > 0;
  }
}

describe('the index', () => {
  let index: FakeIndex;
  let events: RecordedEvents;
  let follower: SearchIndexer;
  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
    [index, events] = [new FakeIndex(), new RecordedEvents()];
    follower = new SearchIndexer(index, events);
  });
  afterEach(async () => {
    await follower.onModuleDestroy();
    jest.useRealTimers();
  });

  const change = (conversationId: string, name: 'message.created' | 'message.deleted' = 'message.created'): void => {
    events.publish(name, { conversationId, rev: 1, message: { ...MESSAGE, conversationId } });
  };
  const aWhile = () => jest.advanceTimersByTimeAsync(5_000);

  it('follows a conversation to its end a while after it changed, once for many changes', async () => {
    index.stepsLeft.set('a', 3);
    change('a');
    change('b', 'message.deleted');
    change('a');
    await jest.advanceTimersByTimeAsync(4_999);
    expect(index.followed).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(index.followed).toEqual(['a', 'a', 'a', 'b']);
    await aWhile();
    expect(index.followed).toHaveLength(4);
    change('a');
    await aWhile();
    expect(index.followed).toHaveLength(5);
  });

  it('is not left behind by what changes while it follows', async () => {
    let release = (): void => undefined;
    index.hold = new Promise((resolve) => {
      release = resolve;
    });
    change('a');
    await aWhile();
    change('a');
    change('b');
    await aWhile();
    expect(index.followed).toEqual([]);
    release();
    await aWhile();
    await aWhile();
    expect(index.followed).toEqual(['a', 'a', 'b']);
  });

  it('lives through a failure, and catches up with the next change', async () => {
    index.failures = 1;
    change('a');
    change('b');
    await aWhile();
    expect(index.followed).toEqual(['b']);
    change('a');
    await aWhile();
    expect(index.followed).toEqual(['b', 'a']);
  });

  it('asks once while the database is unavailable, and goes on by itself with all that waits', async () => {
    index.failure = new DomainError('unavailable', 'Gone.', { retryAfterMs: 1_000 });
    index.failures = 2;
    for (const id of ['a', 'b', 'c']) change(id);
    await aWhile();
    await aWhile();
    expect([index.failures, index.followed]).toEqual([0, []]);
    await aWhile();
    expect(index.followed).toEqual(['a', 'b', 'c']);
  });

  it('goes one step at a time in one conversation, whoever asks', async () => {
    index.stepsLeft.set('a', 4);
    await Promise.all([follower.catchUp('ann', null), follower.catchUp('ben', null), follower.catchUp('cleo', 'a')]);
    expect(index.most).toBe(1);
    expect(index.stepsLeft.size).toBe(0);
  });

  it('lets a search wait for a hundred steps, and does the rest by itself', async () => {
    index.stepsLeft.set('a', 150);
    index.stepsLeft.set('b', 1);
    await follower.catchUp('ann', null);
    expect(index.followed).toHaveLength(100);
    await aWhile();
    expect(index.followed).toHaveLength(151);
    expect(index.stepsLeft.size).toBe(0);
  });

  it('tells a search of a failure', async () => {
    index.stepsLeft.set('a', 1);
    index.failures = 1;
    await expect(follower.catchUp('ann', null)).rejects.toThrow('no database');
  });

  it('ends with the step at hand, and begins nothing afterwards', async () => {
    let release = (): void => undefined;
    index.hold = new Promise((resolve) => {
      release = resolve;
    });
    index.stepsLeft.set('a', 9);
    change('a');
    change('b');
    await aWhile();
    let ended = false;
    const end = follower.onModuleDestroy().then(() => {
      ended = true;
    });
    await aWhile();
    expect(ended).toBe(false);
    release();
    await end;
    change('c');
    await aWhile();
    expect(index.followed).toEqual(['a']);
  });
});
