import { setImmediate } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { waitFor } from '../../test/support/wait-for.js';
import type { LogEvent } from '../src/server-events.js';
import { SyncEngine } from '../src/sync/sync-engine.js';
import { SyncState } from '../src/model/sync-state.js';
import { timingOf } from '../src/options.js';
import type { Message, SyncResult } from '../src/api-types.js';
import { FakeTransport } from './fake-transport.js';
import { conversation, member, message, messages, user } from './message-fixtures.js';

type Entry = SyncResult['conversations'][number];

const AT = '2026-01-01T00:00:00.000Z';

const answer = (conversations: Entry[], more: Partial<SyncResult> = {}): SyncResult => ({
  serverTime: AT,
  epoch: 'e',
  stateRev: 0,
  complete: true,
  conversations,
  me: [],
  left: [],
  receipts: [],
  ...more,
});

const whole = (rev: number, all: Message[], id = 'c'): Entry => ({
  conversation: conversation({ id, rev, lastSeq: all.at(-1)?.seq ?? 0 }),
  rev,
  reset: true,
  more: false,
  messages: all,
  members: [member('ann'), member('bob')],
});

const changes = (rev: number, lastSeq: number, all: Message[]): Entry => ({
  ...whole(rev, all),
  conversation: conversation({ rev, lastSeq }),
  reset: false,
  members: [],
});

const created = (seq: number, rev = seq + 1, more: Partial<Message> = {}): LogEvent => ({
  name: 'message:created',
  payload: { conversationId: 'c', rev, message: message(seq, { rev, sender: user('bob'), ...more }) },
});

let transport: FakeTransport;
let engine: SyncEngine;
/** Longer than any test, so that a gap causes no sync. Some tests shorten it. */
let gapMs = 60_000;

const seqs = (): number[] | undefined => engine.state.get('c')?.tail.items.map(({ seq }) => seq);
const rev = (): number | undefined => engine.state.get('c')?.rev;

beforeEach(() => {
  gapMs = 60_000;
  transport = new FakeTransport();
});
afterEach(() => {
  transport.isOnline = false;
  engine.offline();
});

async function begin(first: SyncResult = answer([whole(4, messages(1, 3))])): Promise<void> {
  engine = new SyncEngine(new SyncState('ann'), transport, timingOf({ gapMs, retryMinMs: 1, retryMaxMs: 1 }));
  engine.online();
  (await transport.next('sync')).answer(first);
  await waitFor('the first sync is complete', () => !transport.isSyncing);
}

describe('SyncEngine', () => {
  it('syncs when the client goes online', async () => {
    await begin();
    expect({ rev: rev(), seqs: seqs() }).toEqual({ rev: 4, seqs: [1, 2, 3] });
  });

  it('applies the next revision, and ignores earlier ones', async () => {
    await begin();
    engine.receive(created(4));
    engine.receive(created(4));
    engine.receive(created(2));
    expect({ rev: rev(), seqs: seqs() }).toEqual({ rev: 5, seqs: [1, 2, 3, 4] });
  });

  it('applies an event that arrives in the turn in which another one completes', async () => {
    await begin();
    engine.receive(created(4));
    await Promise.resolve();
    engine.receive(created(5));
    await Promise.resolve();
    await Promise.resolve();
    engine.receive(created(6));
    await setImmediate();
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('waits for an event that arrives late, without a sync', async () => {
    await begin();
    engine.receive(created(5));
    expect(rev()).toBe(4);
    engine.receive(created(4));
    expect({ rev: rev(), seqs: seqs(), pending: transport.pending }).toEqual({
      rev: 6,
      seqs: [1, 2, 3, 4, 5],
      pending: [],
    });
  });

  it('syncs from its revision when an event is missing', async () => {
    gapMs = 1;
    await begin();
    engine.receive(created(6));
    const sync = await transport.next('sync');
    expect(sync.payload).toMatchObject({ epoch: 'e', stateRev: 0, conversations: { c: 4 } });
    sync.answer(answer([changes(7, 6, messages(4, 6))]));
    await waitFor('the sync is complete', () => rev() === 7);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('runs one sync at a time, and applies queued events after it', async () => {
    gapMs = 1;
    await begin();
    engine.receive(created(5));
    const sync = await transport.next('sync');
    engine.receive(created(6));
    engine.receive(created(9));
    await setImmediate();
    expect({ rev: rev(), pending: transport.pending }).toEqual({ rev: 4, pending: [] });
    sync.answer(answer([changes(6, 5, messages(4, 5))]));
    await waitFor('the queued event is applied', () => rev() === 7);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
    (await transport.next('sync')).answer(answer([changes(10, 9, messages(7, 9))]));
    await waitFor('the second gap is closed', () => rev() === 10);
  });

  it('requests pages until the sync is complete', async () => {
    await begin();
    void engine.sync();
    const first = { ...changes(6, 7, messages(4, 5)), more: true };
    (await transport.next('sync')).answer(answer([first]));
    const second = await transport.next('sync');
    expect(second.payload.conversations).toEqual({ c: 6 });
    second.answer(answer([changes(8, 7, messages(6, 7))], { complete: true }));
    await waitFor('everything is loaded', () => rev() === 8 && !transport.isSyncing);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps a conversation until its replacement has arrived', async () => {
    await begin();
    void engine.sync();
    const sync = await transport.next('sync');
    expect(seqs()).toEqual([1, 2, 3]);
    sync.answer(answer([whole(2_000, messages(1_900, 1_950))]));
    await waitFor('the conversation is replaced', () => rev() === 2_000);
    expect(seqs()).toEqual(messages(1_900, 1_950).map(({ seq }) => seq));
  });

  it.each([
    [9, 1],
    [4, 0],
  ])('after a `conversation:changed` of rev %i, syncs %i times', async (hinted, syncs) => {
    gapMs = 1;
    await begin();
    engine.receive({ name: 'conversation:changed', payload: { conversationId: 'c', rev: hinted } });
    engine.receive(created(4));
    await waitFor('the hint was handled', () => transport.pending.length === syncs);
    expect(rev()).toBe(5);
  });

  it('syncs only once for a conversation that the user is not in', async () => {
    gapMs = 1;
    await begin();
    engine.receive({ name: 'conversation:changed', payload: { conversationId: 'other', rev: 3 } });
    (await transport.next('sync')).answer(answer([]));
    await waitFor('the sync is complete', () => !transport.isSyncing);
    engine.receive(created(4));
    expect({ rev: rev(), pending: transport.pending }).toEqual({ rev: 5, pending: [] });
  });

  it('reloads everything when the epoch changes, and removes missing conversations', async () => {
    await begin(answer([whole(4, messages(1, 3)), whole(3, messages(1, 2), 'gone')]));
    void engine.sync();
    (await transport.next('sync')).answer(answer([whole(2, messages(1, 1))], { epoch: 'restored', complete: false }));
    const second = await transport.next('sync');
    expect(second.payload).toEqual({ epoch: 'restored', stateRev: 0, conversations: { c: 2 } });
    second.answer(answer([], { epoch: 'restored' }));
    await waitFor('everything is loaded', () => engine.state.get('gone') === undefined);
    expect({ rev: rev(), seqs: seqs() }).toEqual({ rev: 2, seqs: [1] });
  });

  it('retries a failed sync', async () => {
    await begin();
    void engine.sync().catch(() => undefined);
    (await transport.next('sync')).fail(new Error('unavailable'));
    (await transport.next('sync')).answer(answer([changes(5, 4, messages(4, 4))]));
    await waitFor('the sync is complete', () => rev() === 5);
  });

  it('discards an interrupted sync and starts another on the next connection', async () => {
    await begin();
    void engine.sync().catch(() => undefined);
    const lost = await transport.next('sync');
    engine.offline();
    engine.online();
    lost.answer(answer([changes(9, 8, messages(4, 8))]));
    const sync = await transport.next('sync');
    expect(sync.payload.conversations).toEqual({ c: 4 });
    sync.answer(answer([changes(6, 5, messages(4, 5))]));
    await waitFor('the sync is complete', () => rev() === 6);
  });

  it('orders private changes by `stateRev`', async () => {
    await begin();
    const { me } = conversation();
    const own = (stateRev: number, readSeq: number): LogEvent => ({
      name: 'conversation:me',
      payload: { conversationId: 'c', stateRev, me: { ...me!, readSeq, unreadCount: 3 - readSeq } },
    });
    engine.receive(own(1, 2));
    engine.receive(own(1, 1));
    expect(engine.state.get('c')?.me.readSeq).toBe(2);
    engine.receive(own(2, 1));
    // Markers only go forward.
    expect({ stateRev: engine.state.stateRev, readSeq: engine.state.get('c')?.me.readSeq }).toEqual({
      stateRev: 2,
      readSeq: 2,
    });
  });
});
