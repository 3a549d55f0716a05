import { setImmediate as nextTick } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';

import { Events } from '../../domain-events.js';
import type { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { conversationRoom, userRoom } from '../rooms.js';
import { EventSequencer } from './event-sequencer.js';
import { StreamPositions } from './stream-positions.js';

const conversationId = 'c';

/** A sequencer with one conversation at rev 10, to which two sockets are subscribed: one of ben, one of another user. */
class SequencerHarness {
  /** Delivered changes and evictions, in order. */
  readonly log: string[] = [];
  /** The `rev` of each membership query. */
  readonly queries: number[] = [];
  readonly positions = new StreamPositions();
  private readonly answers: Answer[] = [];
  readonly sequencer: EventSequencer;

  constructor() {
    const events = new Events((error) => {
      throw error;
    });
    const streams: Pick<StreamPositionsRepository, 'leftSince'> = { leftSince: (_id, rev) => this.query(rev) };
    this.sequencer = new EventSequencer(this.positions, streams as StreamPositionsRepository, events);
    const io: ChatServer = new Server();
    this.positions.onServerReady(io);
    this.sequencer.onServerReady(io);
    const { adapter } = io.of('/');
    void adapter.addAll('socket of ann', new Set([conversationRoom(conversationId)]));
    void adapter.addAll('socket of ben', new Set([conversationRoom(conversationId), userRoom('ben')]));
    this.positions.advance(conversationId, 10);
    events.on('conversation.removed', ({ userId }) => this.log.push(`${userId} evicted`));
  }

  dispatch(rev: number): void {
    this.sequencer.dispatch({ conversationId, rev }, () => this.log.push(`rev ${rev}`));
  }

  /** Answers the oldest membership query, with the departed members or with an error. */
  async answer(left: string[] | Error): Promise<void> {
    const { resolve, reject } = this.answers.shift()!;
    if (left instanceof Error) reject(left);
    else resolve(left);
    await nextTick();
  }

  private query(rev: number): Promise<string[]> {
    this.queries.push(rev);
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
  }
}

interface Answer {
  readonly resolve: (left: string[]) => void;
  readonly reject: (error: Error) => void;
}

describe('EventSequencer', () => {
  let harness: SequencerHarness;
  beforeEach(() => {
    harness = new SequencerHarness();
  });

  it('delivers the next change, and older ones, at once', () => {
    for (const rev of [11, 12, 12, 9]) harness.dispatch(rev);
    expect(harness.log).toEqual(['rev 11', 'rev 12', 'rev 12', 'rev 9']);
    expect(harness.queries).toEqual([]);
  });

  it('evicts departed members before it delivers a change after a gap, and keeps the order', async () => {
    harness.dispatch(12);
    harness.dispatch(13);
    expect(harness.log).toEqual([]);
    await harness.answer(['ben']);
    harness.dispatch(14);
    expect(harness.log).toEqual(['ben evicted', 'rev 12', 'rev 13', 'rev 14']);
    expect(harness.queries).toEqual([10]);
  });

  it('evicts only members who still have sockets in the room', async () => {
    harness.dispatch(12);
    await harness.answer(['cleo, without sockets']);
    expect(harness.log).toEqual(['rev 12']);
  });

  it('checks the members when sockets join at a rev older than the last delivered one', async () => {
    harness.sequencer.onLateJoin(conversationId, 10);
    expect(harness.queries).toEqual([]);
    harness.sequencer.onLateJoin(conversationId, 8);
    harness.dispatch(11);
    await harness.answer(['ben']);
    expect(harness.log).toEqual(['ben evicted', 'rev 11']);
    expect(harness.queries).toEqual([7]);
  });

  it('delivers nothing while late joins are unchecked, and checks several with one query', async () => {
    harness.dispatch(12);
    for (const rev of [9, 5, 8]) harness.sequencer.onLateJoin(conversationId, rev);
    harness.dispatch(13);
    await harness.answer([]);
    expect(harness.log).toEqual([]);
    expect(harness.queries).toEqual([10, 4]);
    await harness.answer(['ben']);
    expect(harness.log).toEqual(['ben evicted', 'rev 12', 'rev 13']);
  });

  it('checks a join during a pending check, even at the latest rev', async () => {
    harness.dispatch(12);
    harness.sequencer.onLateJoin(conversationId, 12);
    await harness.answer([]);
    expect(harness.log).toEqual([]);
    await harness.answer(['ben']);
    expect(harness.log).toEqual(['ben evicted', 'rev 12']);
    expect(harness.queries).toEqual([10, 11]);
  });

  it('discards the pending changes and rewinds the position when too many wait', async () => {
    for (let rev = 12; rev <= 1_012; rev++) harness.dispatch(rev);
    for (let times = 0; times < 2; times++) {
      harness.sequencer.onLateJoin(conversationId, 1_011);
      await harness.answer([]);
    }
    expect(harness.log).toEqual([]);
    expect(harness.positions.revs.get(conversationId)).toBe(10);
    harness.dispatch(1_013);
    await harness.answer([]);
    expect(harness.log).toEqual(['rev 1013']);
  });

  it('continues after a delivery that throws', async () => {
    harness.sequencer.dispatch({ conversationId, rev: 12 }, () => {
      throw new Error('delivery failed');
    });
    await harness.answer([]);
    harness.dispatch(13);
    await harness.answer([]);
    expect(harness.log).toEqual(['rev 13']);
    expect(harness.queries).toEqual([10, 10]);
  });

  it('discards the pending changes and rewinds the position when the database is unavailable', async () => {
    harness.dispatch(12);
    harness.sequencer.onLateJoin(conversationId, 9);
    await harness.answer(new Error('unavailable'));
    expect(harness.log).toEqual([]);
    expect(harness.positions.revs.get(conversationId)).toBe(8);
    harness.dispatch(13);
    await harness.answer(['ben']);
    expect(harness.log).toEqual(['ben evicted', 'rev 13']);
    expect(harness.queries).toEqual([10, 8]);
  });
});
