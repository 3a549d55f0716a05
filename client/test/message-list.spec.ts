import { beforeEach, describe, expect, it } from '@jest/globals';

import { SyncEngine } from '../src/sync/sync-engine.js';
import { MessageList } from '../src/lists/message-list.js';
import { chatMessageOf } from '../src/model/pending-operation.js';
import { SyncState } from '../src/model/sync-state.js';
import { timingOf } from '../src/options.js';
import type { Message, MessagePage, SyncResult } from '../src/api-types.js';
import { FakeTransport } from './fake-transport.js';
import { conversation, member, message, messages, user } from './message-fixtures.js';

const WINDOW = 200;

type Query = Parameters<ConstructorParameters<typeof MessageList>[0]['page']>[0];

let stored: Message[];
let state: SyncState;
let sync: SyncEngine;
let list: MessageList;
/** Runs while a page is in flight, after the server has read it. */
let meanwhile: () => void;

/** Returns a page as the server does. */
function page({ before, after, around, limit }: Query): MessagePage {
  const last = stored.length;
  const size = limit;
  const first =
    before !== undefined
      ? Math.max(1, before - size)
      : after !== undefined
        ? after + 1
        : Math.max(1, (around ?? last) - Math.floor(size / 2));
  const end = Math.min(last, before !== undefined ? before - 1 : first + size - 1);
  return { items: stored.slice(first - 1, end), hasBefore: first > 1, hasAfter: end < last };
}

function land(reset: boolean, rev: number, items: Message[]): void {
  const answer: SyncResult = {
    serverTime: '',
    epoch: 'e',
    stateRev: 0,
    complete: true,
    conversations: [
      {
        conversation: conversation({ rev, lastSeq: stored.length }),
        rev,
        reset,
        more: false,
        messages: items,
        members: [member('ann')],
      },
    ],
    me: [],
    left: [],
    receipts: [],
  };
  for (const change of state.applySync(answer).changes) list.onStateChange(change, false);
  list.onSynced();
}

/** Applies the next event. */
function event(name: 'message:created' | 'message:updated', changed: Message): void {
  const rev = state.get('c')!.rev + 1;
  stored[changed.seq - 1] = { ...changed, rev };
  const { change } = state.apply({ name, payload: { conversationId: 'c', rev, message: stored[changed.seq - 1]! } });
  list.onStateChange(change!, true);
}

const say = (): void => event('message:created', message(stored.length + 1, { sender: user('bob') }));
const edit = (seq: number): void => event('message:updated', message(seq, { text: 'edited' }));

const seqs = (): (number | null)[] => list.getSnapshot().items.map(({ seq }) => seq);

function expectItems(first: number, last: number): void {
  expect(seqs()).toEqual(Array.from({ length: last - first + 1 }, (_, index) => first + index));
}

function begin(count: number): void {
  stored = messages(1, count);
  meanwhile = () => undefined;
  state = new SyncState('ann');
  sync = new SyncEngine(state, new FakeTransport(), timingOf());
  list = new MessageList({
    conversationId: 'c',
    sync,
    windowSize: WINDOW,
    page: async (query) => {
      const read = page(query);
      meanwhile();
      meanwhile = () => undefined;
      return read;
    },
    show: (items) => items.map((item) => chatMessageOf(item, [], 'ann')),
    onNotice: () => undefined,
  });
  land(true, count + 1, stored.slice(-50));
}

beforeEach(() => begin(10_000));

describe('a message list of a conversation with 10,000 messages', () => {
  it('starts with the newest messages', () => {
    expectItems(9_951, 10_000);
    expect(list.getSnapshot()).toMatchObject({ hasBefore: true, hasAfter: false, isLoaded: true, loading: null });
  });

  it('pages through the whole history in both directions, within the window size', async () => {
    const seen = new Set<number | null>();
    let most = 0;
    const look = (): void => {
      most = Math.max(most, seqs().length);
      for (const seq of seqs()) seen.add(seq);
    };
    while (list.getSnapshot().hasBefore) {
      await list.loadOlder();
      look();
    }
    expectItems(1, WINDOW);
    expect({ seen: seen.size, most }).toEqual({ seen: 10_000, most: WINDOW });
    while (list.getSnapshot().hasAfter) {
      await list.loadNewer();
      look();
    }
    expectItems(10_001 - WINDOW, 10_000);
    expect(most).toBe(WINDOW);
  });

  it('jumps to a message, and back to the newest', async () => {
    await list.jumpTo(5_000);
    expect(seqs()).toContain(5_000);
    expect(list.getSnapshot()).toMatchObject({ hasBefore: true, hasAfter: true });
    say();
    expect(seqs()).not.toContain(10_001);
    await list.jumpToLatest();
    expect(seqs().at(-1)).toBe(10_001);
  });

  it('removes the oldest messages from a full window while the reader is at the end', async () => {
    while (seqs().length < WINDOW) await list.loadOlder();
    say();
    expectItems(10_002 - WINDOW, 10_001);
  });

  it('keeps the visible messages while the reader has scrolled up', async () => {
    while (seqs().length < WINDOW) await list.loadOlder();
    list.setFollowing(false);
    say();
    expectItems(10_001 - WINDOW, 10_000);
    expect(list.getSnapshot().hasAfter).toBe(true);
    await list.loadNewer();
    expectItems(10_002 - WINDOW, 10_001);
  });

  it('includes changes that happen while a page loads', async () => {
    meanwhile = () => {
      edit(9_930);
      say();
    };
    await list.loadOlder();
    expect(list.getSnapshot().items.find(({ seq }) => seq === 9_930)?.text).toBe('edited');
    expectItems(9_901, 10_001);
  });

  it('reloads the window when the conversation is reset while the reader has scrolled up', async () => {
    await list.jumpTo(5_000);
    stored[4_999] = message(5_000, { rev: 11_000, text: 'edited' });
    const loaded = new Promise<void>((resolve) => {
      list.subscribe(() => {
        if (list.getSnapshot().loading === null) resolve();
      });
    });
    land(true, 12_000, stored.slice(-50));
    await loaded;
    expect(list.getSnapshot().items.find(({ seq }) => seq === 5_000)?.text).toBe('edited');
  });

  it('shows the new messages after a reset while the reader is at the end', () => {
    stored = messages(1, 12_000);
    land(true, 13_000, stored.slice(-50));
    expectItems(11_951, 12_000);
  });
});
