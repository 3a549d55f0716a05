import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

import { newId } from '../uuid.js';
import { claim, claimed, withCrossTabLock } from '../session/cross-tab-lock.js';
import type { Pending } from '../model/pending-operation.js';
import type { LocalStore, StoredChanges, StoredConversation, StoredHead, StoredWorld } from './local-store.js';

interface Schema extends DBSchema {
  head: { key: 'head'; value: StoredHead };
  conversations: { key: string; value: StoredConversation };
  outbox: { key: string; value: Kept };
}

/** What waits, and the tab that sends it. */
type Kept = Pending & { readonly tab?: string };

const STORES = ['head', 'conversations', 'outbox'] as const;
/** Of what is stored. Another one is not read: it comes again from the server, all but the outbox. */
const VERSION = 1;

/**
 * Keeps the data in IndexedDB. Of several tabs the first one writes the conversations; the others open with what is there.
 * Each keeps what waits in its own outbox; what a closed tab has left is sent by the next one that opens.
 *
 * @example new GoChatClient({ url: location.origin, store: await IndexedDbStore.open('gochat') })
 */
export class IndexedDbStore implements LocalStore {
  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly tab: string,
    private readonly releaseTab: (() => void) | null,
    private readonly release: (() => void) | null,
  ) {}

  /** @param name of the database; one for each server. @throws where the browser allows none, as in some private windows */
  static async open(name: string): Promise<IndexedDbStore> {
    const release = await claim(`gochat:store:${name}`);
    const tab = `gochat:tab:${newId()}`;
    const releaseTab = await claim(tab);
    const database = await openDB<Schema>(name, VERSION, {
      upgrade(upgraded) {
        for (const store of upgraded.objectStoreNames) upgraded.deleteObjectStore(store);
        upgraded.createObjectStore('head');
        upgraded.createObjectStore('conversations', { keyPath: 'id' });
        upgraded.createObjectStore('outbox', { keyPath: 'id' });
      },
    });
    return new IndexedDbStore(database, tab, releaseTab, release);
  }

  /** Whether this tab is the one that writes. */
  get isWriter(): boolean {
    return this.release !== null;
  }

  load(): Promise<StoredWorld | null> {
    return withCrossTabLock(`gochat:load:${this.database.name}`, () => this.read());
  }

  async save({ head, put, remove, outboxPut, outboxRemove }: StoredChanges): Promise<void> {
    const writing = this.database.transaction(STORES, 'readwrite');
    const conversations = writing.objectStore('conversations');
    const outbox = writing.objectStore('outbox');
    const requests: Promise<unknown>[] = [writing.done];
    try {
      if (this.isWriter) {
        requests.push(writing.objectStore('head').put(head, 'head'));
        for (const conversation of put) requests.push(conversations.put(conversation));
        for (const id of remove) requests.push(conversations.delete(id));
      }
      for (const pending of outboxPut) requests.push(outbox.put({ ...pending, tab: this.tab }));
      for (const id of outboxRemove) requests.push(outbox.delete(id));
    } catch (error) {
      // What cannot be stored throws at once, and its transaction does not hear of it.
      writing.abort();
      await Promise.allSettled(requests);
      throw error;
    }
    await Promise.all(requests);
  }

  async clear(): Promise<void> {
    const writing = this.database.transaction(STORES, 'readwrite');
    await Promise.all([...STORES.map((name) => writing.objectStore(name).clear()), writing.done]);
  }

  close(): Promise<void> {
    this.database.close();
    this.releaseTab?.();
    this.release?.();
    return Promise.resolve();
  }

  private async read(): Promise<StoredWorld | null> {
    const tabs = await claimed();
    const loading = this.database.transaction(STORES, 'readwrite');
    const outbox = loading.objectStore('outbox');
    const [head, conversations, waiting] = await Promise.all([
      loading.objectStore('head').get('head'),
      loading.objectStore('conversations').getAll(),
      outbox.getAll(),
    ]);
    // What is of another open tab is sent by that one.
    const own = waiting.filter(({ tab }) => tab === undefined || tab === this.tab || !tabs.has(tab));
    await Promise.all([...own.map((kept) => outbox.put({ ...kept, tab: this.tab })), loading.done]);
    return head ? { head, conversations, outbox: own.map(({ tab: _, ...pending }) => pending) } : null;
  }
}
