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
])('a store %s', (_, make) => {
  it('has nothing at first', async () => {
    expect(await kept(await make()).load()).toBeNull();
  });

  it('gives back what was saved', async () => {
    const store = kept(await make());
    const conversation = stored('c1', 4);
    await store.save({ ...NOTHING, put: [conversation], outboxPut: [pendingSend('p', 1)] });
    expect(await store.load()).toEqual({ head: HEAD, conversations: [conversation], outbox: [pendingSend('p', 1)] });
  });

  it('keeps the last of what was saved, and not what was removed', async () => {
    const store = kept(await make());
    await store.save({ ...NOTHING, put: [stored('c1', 4), stored('c2', 1)], outboxPut: [pendingSend('p', 1)] });
    const head = { ...HEAD, stateRev: 9 };
    await store.save({ ...NOTHING, head, put: [stored('c1', 5)], remove: ['c2'], outboxRemove: ['p'] });
    expect(await store.load()).toEqual({ head, conversations: [stored('c1', 5)], outbox: [] });
  });

  it('is empty once it is cleared', async () => {
    const store = kept(await make());
    await store.save({ ...NOTHING, put: [stored('c1', 4)], outboxPut: [pendingSend('p', 1)] });
    await store.clear();
    expect(await store.load()).toBeNull();
    await store.save(NOTHING);
    expect(await store.load()).toEqual({ head: HEAD, conversations: [], outbox: [] });
  });
});

describe('a store in IndexedDB', () => {
  it('is there when it is opened again', async () => {
    const name = `test ${databases++}`;
    const first = await IndexedDbStore.open(name);
    await first.save({ ...NOTHING, put: [stored('c1', 4)] });
    await first.close();
    const second = kept(await IndexedDbStore.open(name));
    expect(await second.load()).toMatchObject({ conversations: [{ id: 'c1', known: 4 }] });
  });

  it('saves all of it or nothing', async () => {
    const store = kept(await IndexedDbStore.open(`test ${databases++}`));
    const unclonable = { ...stored('c2', 1), members: [() => undefined] };
    const changes: StoredChanges = JSON.parse('{}');
    Object.assign(changes, NOTHING, { put: [stored('c1', 4), unclonable] });
    await expect(store.save(changes)).rejects.toThrow();
    expect(await store.load()).toBeNull();
  });
});
