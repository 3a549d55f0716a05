import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

import { claim } from '../lock.js';
import type { Pending } from '../model/pending.js';
import type { LocalStore, StoredChanges, StoredConversation, StoredHead, StoredWorld } from './local-store.js';

interface Schema extends DBSchema {
  head: { key: 'head'; value: StoredHead };
  conversations: { key: string; value: StoredConversation };
  outbox: { key: string; value: Pending };
}

const STORES = ['head', 'conversations', 'outbox'] as const;
/** Of what is stored. Another one is not read: it comes again from the server, all but the outbox. */
const VERSION = 1;

/**
 * Keeps the data in IndexedDB. Of several tabs the first one writes; the others open with what is there, and keep nothing.
 *
 * @example new GoChatClient({ url: location.origin, store: await IndexedDbStore.open('gochat') })
 */
export class IndexedDbStore implements LocalStore {
  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly release: (() => void) | null,
  ) {}

  /** @param name of the database; one for each server. @throws where the browser allows none, as in some private windows */
  static async open(name: string): Promise<IndexedDbStore> {
    const release = await claim(`gochat:store:${name}`);
    const database = await openDB<Schema>(name, VERSION, {
      upgrade(upgraded) {
        for (const store of upgraded.objectStoreNames) upgraded.deleteObjectStore(store);
        upgraded.createObjectStore('head');
        upgraded.createObjectStore('conversations', { keyPath: 'id' });
        upgraded.createObjectStore('outbox', { keyPath: 'id' });
      },
    });
    return new IndexedDbStore(database, release);
  }

  /** Whether this tab is the one that writes. */
  get isWriter(): boolean {
    return this.release !== null;
  }

  async load(): Promise<StoredWorld | null> {
    const reading = this.database.transaction(STORES);
    const [head, conversations, outbox] = await Promise.all([
      reading.objectStore('head').get('head'),
      reading.objectStore('conversations').getAll(),
      reading.objectStore('outbox').getAll(),
    ]);
    // What waits there is sent by the tab that wrote it.
    return head ? { head, conversations, outbox: this.isWriter ? outbox : [] } : null;
  }

  async save({ head, put, remove, outboxPut, outboxRemove }: StoredChanges): Promise<void> {
    if (!this.isWriter) return;
    const writing = this.database.transaction(STORES, 'readwrite');
    const conversations = writing.objectStore('conversations');
    const outbox = writing.objectStore('outbox');
    const requests: Promise<unknown>[] = [writing.done];
    try {
      requests.push(writing.objectStore('head').put(head, 'head'));
      for (const conversation of put) requests.push(conversations.put(conversation));
      for (const id of remove) requests.push(conversations.delete(id));
      for (const pending of outboxPut) requests.push(outbox.put(pending));
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
    this.release?.();
    return Promise.resolve();
  }
}
