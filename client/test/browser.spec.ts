import 'fake-indexeddb/auto';

import { afterEach, describe, expect, it } from '@jest/globals';

import { platformEnvironment } from '../src/environment.js';
import { IndexedDbStore } from '../src/index.js';
import { withCrossTabLock } from '../src/session/cross-tab-lock.js';
import { pendingSend, stored } from './message-fixtures.js';

const NAMES = ['navigator', 'document', 'window'] as const;
const before = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

/** Gives the test what a page has. */
function give(name: (typeof NAMES)[number], value: object): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

afterEach(() => {
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
});

/** Locks between tabs, as far as they are used here. */
class Locks {
  private readonly held = new Map<string, Promise<unknown>>();

  async request(name: string, ...rest: any[]): Promise<unknown> {
    const run = rest.at(-1);
    const isFree = !this.held.has(name);
    if (rest[0].ifAvailable && !isFree) return run(null);
    while (this.held.has(name)) await this.held.get(name);
    const running = Promise.resolve(run({ name })).finally(() => this.held.delete(name));
    this.held.set(name, running);
    return running;
  }

  query(): Promise<{ held: { name: string }[] }> {
    return Promise.resolve({ held: [...this.held.keys()].map((name) => ({ name })) });
  }
}

describe('several tabs', () => {
  it('have one that writes, and others that open with what is there', async () => {
    give('navigator', { locks: new Locks() });
    const head = { userId: 'ann', epoch: 'e', stateRev: 1 };
    const nothing = { head, put: [], remove: [], outboxPut: [], outboxRemove: [] };
    const first = await IndexedDbStore.open('tabs');
    const second = await IndexedDbStore.open('tabs');
    await first.save({ ...nothing, put: [stored('c', 4)] });
    await second.save({ ...nothing, put: [stored('c', 3)], head: { ...head, stateRev: 0 } });
    expect(await second.load()).toMatchObject({ head, conversations: [{ id: 'c', known: 4 }], outbox: [] });
    await first.close();
    await second.close();
    const third = await IndexedDbStore.open('tabs');
    expect([first.isWriter, second.isWriter, third.isWriter]).toEqual([true, false, true]);
    await third.close();
  });

  it('keep an outbox each, and the next to open sends what a closed one has left', async () => {
    give('navigator', { locks: new Locks() });
    const head = { userId: 'ann', epoch: 'e', stateRev: 1 };
    const nothing = { head, put: [], remove: [], outboxPut: [], outboxRemove: [] };
    const first = await IndexedDbStore.open('outboxes');
    const second = await IndexedDbStore.open('outboxes');
    await first.save({ ...nothing, outboxPut: [pendingSend('of the first', 1)] });
    await second.save({ ...nothing, outboxPut: [pendingSend('of the second', 1), pendingSend('sent', 2)] });
    await second.save({ ...nothing, outboxRemove: ['sent'] });
    expect((await second.load())?.outbox).toEqual([pendingSend('of the second', 1)]);
    await second.close();
    const opened = await Promise.all([IndexedDbStore.open('outboxes'), IndexedDbStore.open('outboxes')]);
    const taken = await Promise.all(opened.map(async (store) => (await store.load())?.outbox));
    expect(taken).toEqual([[pendingSend('of the second', 1)], []]);
    await Promise.all([first, ...opened].map((store) => store.close()));
  });

  it('do one after the other what must not be done at once', async () => {
    give('navigator', { locks: new Locks() });
    const steps: string[] = [];
    const run = (name: string) => async (): Promise<void> => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
    };
    await Promise.all([withCrossTabLock('one', run('a')), withCrossTabLock('one', run('b'))]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});

describe('a page', () => {
  it('wakes its client when it is seen again, and when the network is back, until it is told not to', () => {
    const page = new EventTarget();
    const view = new EventTarget();
    Object.assign(page, { visibilityState: 'hidden' });
    give('document', page);
    give('window', view);
    let woken = 0;
    const stop = platformEnvironment.watch(() => woken++);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(0);
    Object.assign(page, { visibilityState: 'visible' });
    page.dispatchEvent(new Event('visibilitychange'));
    view.dispatchEvent(new Event('online'));
    expect(woken).toBe(2);
    stop();
    view.dispatchEvent(new Event('online'));
    expect(woken).toBe(2);
  });
});
