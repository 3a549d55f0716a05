import 'fake-indexeddb/auto';

import { afterEach, describe, expect, it } from '@jest/globals';

import { IndexedDbStore, type StoredChanges } from '../src/index.js';
import { defineGlobal, FakeLocks, restoreGlobals } from './browser-globals.js';
import { pendingSend, stored } from './message-fixtures.js';

const HEAD = { userId: 'ann', epoch: 'e', stateRev: 1 };
const NOTHING: StoredChanges = { head: HEAD, put: [], remove: [], outboxPut: [], outboxRemove: [] };

let databases = 0;

afterEach(restoreGlobals);

describe('IndexedDbStore', () => {
  it('keeps its data when it is opened again', async () => {
    const name = `test ${databases++}`;
    const first = await IndexedDbStore.open(name);
    await first.save({ ...NOTHING, put: [stored('c1', 4)] });
    await first.close();
    const second = await IndexedDbStore.open(name);
    expect(await second.load()).toMatchObject({ conversations: [{ id: 'c1', known: 4 }] });
    await second.close();
  });

  it('saves all changes or none', async () => {
    const store = await IndexedDbStore.open(`test ${databases++}`);
    const unclonable = { ...stored('c2', 1), members: [() => undefined] };
    const changes: StoredChanges = JSON.parse('{}');
    Object.assign(changes, NOTHING, { put: [stored('c1', 4), unclonable] });
    await expect(store.save(changes)).rejects.toThrow();
    expect(await store.load()).toBeNull();
    await store.close();
  });
});

describe('IndexedDbStore in several tabs', () => {
  it('lets the first tab write the conversations, and the others read them', async () => {
    defineGlobal('navigator', { locks: new FakeLocks() });
    const first = await IndexedDbStore.open('tabs');
    const second = await IndexedDbStore.open('tabs');
    await first.save({ ...NOTHING, put: [stored('c', 4)] });
    await second.save({ ...NOTHING, put: [stored('c', 3)], head: { ...HEAD, stateRev: 0 } });
    expect(await second.load()).toMatchObject({ head: HEAD, conversations: [{ id: 'c', known: 4 }], outbox: [] });
    await first.close();
    await second.close();
    const third = await IndexedDbStore.open('tabs');
    expect([first.isWriter, second.isWriter, third.isWriter]).toEqual([true, false, true]);
    await third.close();
  });

  it('keeps an outbox for each tab, and the next tab that opens adopts the outbox of a closed one', async () => {
    defineGlobal('navigator', { locks: new FakeLocks() });
    const first = await IndexedDbStore.open('outboxes');
    const second = await IndexedDbStore.open('outboxes');
    await first.save({ ...NOTHING, outboxPut: [pendingSend('of the first', 1)] });
    await second.save({ ...NOTHING, outboxPut: [pendingSend('of the second', 1), pendingSend('sent', 2)] });
    await second.save({ ...NOTHING, outboxRemove: ['sent'] });
    expect((await second.load())?.outbox).toEqual([pendingSend('of the second', 1)]);
    await second.close();
    const opened = await Promise.all([IndexedDbStore.open('outboxes'), IndexedDbStore.open('outboxes')]);
    const taken = await Promise.all(opened.map(async (store) => (await store.load())?.outbox));
    expect(taken).toEqual([[pendingSend('of the second', 1)], []]);
    await Promise.all([first, ...opened].map((store) => store.close()));
  });
});
