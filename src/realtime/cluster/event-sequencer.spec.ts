import { setImmediate as turn } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';

import { Events } from '../../domain-events.js';
import type { StreamPositionsService } from '../../sync/stream-positions.store.js';
import { EventSequencer } from './event-sequencer.js';
import { type ChatServer, conversationRoom, userRoom } from '../gateway/socket-types.js';
import { LocalEvents } from './local-events.js';
import { StreamPositions } from './stream-positions.js';

const conversationId = 'c';

/** A conversation that has listeners here who were told up to rev 10. */
class World {
  readonly heard: string[] = [];
  /** What was asked: who has left since that rev. */
  readonly asked: number[] = [];
  readonly told = new StreamPositions();
  private readonly answers: Answer[] = [];
  readonly gate: EventSequencer;

  constructor() {
    const events = new Events((error) => {
      throw error;
    });
    const progress: Pick<StreamPositionsService, 'leftSince'> = { leftSince: (_id, rev) => this.ask(rev) };
    this.gate = new EventSequencer(this.told, progress as StreamPositionsService, new LocalEvents(events));
    const io: ChatServer = new Server();
    this.told.attach(io);
    this.gate.attach(io);
    const { adapter } = io.of('/');
    void adapter.addAll('listener', new Set([conversationRoom(conversationId)]));
    void adapter.addAll('bens', new Set([conversationRoom(conversationId), userRoom('ben')]));
    this.told.advance(conversationId, 10);
    events.on('conversation.removed', ({ userId }) => this.heard.push(`${userId} is out`));
  }

  change(rev: number, isUnheeded = false): void {
    this.gate.dispatch({ conversationId, rev }, () => this.heard.push(`rev ${rev}`), isUnheeded);
  }

  /** The database answers the oldest question: those have left, or it is gone. */
  async answer(left: string[] | Error): Promise<void> {
    const { resolve, reject } = this.answers.shift()!;
    if (left instanceof Error) reject(left);
    else resolve(left);
    await turn();
  }

  private ask(rev: number): Promise<string[]> {
    this.asked.push(rev);
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
  }
}

interface Answer {
  readonly resolve: (left: string[]) => void;
  readonly reject: (error: Error) => void;
}

describe('the gate of changes', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  it('lets through at once what follows what was told, and what is older', () => {
    for (const rev of [11, 12, 12, 9]) world.change(rev);
    expect(world.heard).toEqual(['rev 11', 'rev 12', 'rev 12', 'rev 9']);
    expect(world.asked).toEqual([]);
  });

  it('lets go of who is out before it tells what comes after a gap, and all else in its order', async () => {
    world.change(12);
    world.change(13);
    expect(world.heard).toEqual([]);
    await world.answer(['ben']);
    world.change(14);
    expect(world.heard).toEqual(['ben is out', 'rev 12', 'rev 13', 'rev 14']);
    expect(world.asked).toEqual([10]);
  });

  it('tells nobody twice that they are out', async () => {
    world.change(12);
    await world.answer(['cleo, who has no sockets in it']);
    expect(world.heard).toEqual(['rev 12']);
  });

  it('asks where somebody comes in by what is older than what was told', async () => {
    world.gate.onLateJoin(conversationId, 10);
    expect(world.asked).toEqual([]);
    world.gate.onLateJoin(conversationId, 8);
    world.change(11);
    await world.answer(['ben']);
    expect(world.heard).toEqual(['ben is out', 'rev 11']);
    expect(world.asked).toEqual([7]);
  });

  it('tells nothing while somebody who came in meanwhile may be out, and asks once for all of them', async () => {
    world.change(12);
    for (const rev of [9, 5, 8]) world.gate.onLateJoin(conversationId, rev);
    world.change(13);
    await world.answer([]);
    expect(world.heard).toEqual([]);
    expect(world.asked).toEqual([10, 4]);
    await world.answer(['ben']);
    expect(world.heard).toEqual(['ben is out', 'rev 12', 'rev 13']);
  });

  it('asks of whoever comes in while something waits, whatever is known of them', async () => {
    world.change(12);
    world.gate.onLateJoin(conversationId, 12);
    await world.answer([]);
    expect(world.heard).toEqual([]);
    await world.answer(['ben']);
    expect(world.heard).toEqual(['ben is out', 'rev 12']);
    expect(world.asked).toEqual([10, 11]);
  });

  it('gives up when too much waits, so that it is found later', async () => {
    for (let rev = 12; rev <= 1_012; rev++) world.change(rev);
    for (let times = 0; times < 2; times++) {
      world.gate.onLateJoin(conversationId, 1_011);
      await world.answer([]);
    }
    expect(world.heard).toEqual([]);
    expect(world.told.revs.get(conversationId)).toBe(10);
    world.change(1_013);
    await world.answer([]);
    expect(world.heard).toEqual(['rev 1013']);
  });

  it('goes on after what cannot be told', async () => {
    world.gate.dispatch({ conversationId, rev: 12 }, () => {
      throw new Error('not understood');
    });
    await world.answer([]);
    world.change(13);
    await world.answer([]);
    expect(world.heard).toEqual(['rev 13']);
    expect(world.asked).toEqual([10, 10]);
  });

  it('forgets what it was told while the database is gone, so that it is found later', async () => {
    world.change(12);
    world.gate.onLateJoin(conversationId, 9);
    await world.answer(new Error('gone'));
    expect(world.heard).toEqual([]);
    expect(world.told.revs.get(conversationId)).toBe(8);
    world.change(13);
    await world.answer(['ben']);
    expect(world.heard).toEqual(['ben is out', 'rev 13']);
    expect(world.asked).toEqual([10, 8]);
  });
});
