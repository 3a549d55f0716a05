import { describe, expect, it } from '@jest/globals';

import { SyncState } from '../src/model/sync-state.js';
import { MemoryStore } from '../src/store/memory.js';
import { fromStored, Persistence } from '../src/store/persistence.js';
import { pendingSend, stored } from './message-fixtures.js';

/** A conversation as version 1 of the stored format has it: browsers hold databases that earlier versions wrote. */
const STORED = stored('c', 4);

function opened(): SyncState {
  const state = new SyncState('ann');
  const head = { userId: 'ann', epoch: 'e', stateRev: 3 };
  state.restore(head.epoch, head.stateRev, fromStored({ head, conversations: [STORED], outbox: [] }));
  return state;
}

describe('Persistence', () => {
  it('opens a conversation that an earlier version stored, at its revision', () => {
    const state = opened();
    expect(state.get('c')).toMatchObject({ rev: 4, shared: { id: 'c' }, tail: STORED.tail });
    expect(state.syncRequest()).toEqual({ epoch: 'e', stateRev: 3, conversations: { c: 4 } });
  });

  it('writes a conversation with the field names of the stored format', async () => {
    const state = opened();
    const store = new MemoryStore();
    const persistence = new Persistence(store, () => state);
    persistence.markConversation('c');
    persistence.putPending(pendingSend('p', 1));
    await persistence.flush();
    expect(await store.load()).toEqual({
      head: { userId: 'ann', epoch: 'e', stateRev: 3 },
      conversations: [STORED],
      outbox: [pendingSend('p', 1)],
    });
    expect(Object.keys((await store.load())?.conversations[0] ?? {}).sort()).toEqual(
      ['id', 'known', 'me', 'members', 'peer', 'shared', 'tail'].sort(),
    );
  });

  it('writes changes that a full disk rejected with the next save', async () => {
    const state = opened();
    const store = new MemoryStore();
    const persistence = new Persistence(store, () => state);
    const { save } = store;
    store.save = () => Promise.reject(new Error('disk full'));
    persistence.markConversation('c');
    await persistence.flush();
    store.save = save;
    await persistence.flush();
    expect((await store.load())?.conversations).toEqual([STORED]);
  });
});
