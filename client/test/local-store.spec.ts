import 'fake-indexeddb/auto';

import { afterEach, describe, expect, it } from '@jest/globals';

import { IndexedDbStore, type LocalStore, MemoryStore, type StoredChanges } from '../src/index.js';
import { pendingSend, stored } from './message-fixtures.js';

const HEAD = { userId: 'ann', epoch: 'e', stateRev: 3 };
const NOTHING: StoredChanges = { head: HEAD, put: [], remove: [], outboxPut: [], outboxRemove: [] };

let databases = 0;
let open: LocalStore[] = [];

afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  open = [];
});

const kept = <T extends LocalStore>(store: T): T => {
  open.push(store);
  return store;
};

describe.each([
  ['in memory', () => Promise.resolve(new MemoryStore())],
  ['in IndexedDB', () => IndexedDbStore.open(`test ${databases++}`)],
])('a local store %s', (_, make) => {
  it('is empty at first', async () => {
    expect(await kept(await make()).load()).toBeNull();
  });

  it('loads the data that was saved', async () => {
    const store = kept(await make());
    const conversation = stored('c1', 4);
    await store.save({ ...NOTHING, put: [conversation], outboxPut: [pendingSend('p', 1)] });
    expect(await store.load()).toEqual({ head: HEAD, conversations: [conversation], outbox: [pendingSend('p', 1)] });
  });

  it('keeps the last saved value, and deletes removed entries', async () => {
    const store = kept(await make());
    await store.save({ ...NOTHING, put: [stored('c1', 4), stored('c2', 1)], outboxPut: [pendingSend('p', 1)] });
    const head = { ...HEAD, stateRev: 9 };
    await store.save({ ...NOTHING, head, put: [stored('c1', 5)], remove: ['c2'], outboxRemove: ['p'] });
    expect(await store.load()).toEqual({ head, conversations: [stored('c1', 5)], outbox: [] });
  });

  it('is empty after `clear`', async () => {
    const store = kept(await make());
    await store.save({ ...NOTHING, put: [stored('c1', 4)], outboxPut: [pendingSend('p', 1)] });
    await store.clear();
    expect(await store.load()).toBeNull();
    await store.save(NOTHING);
    expect(await store.load()).toEqual({ head: HEAD, conversations: [], outbox: [] });
  });
});
