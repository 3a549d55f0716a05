import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

import type { Pending } from '../model/pending-operation.js';
import { tryAcquire, heldLocks, withCrossTabLock } from '../session/cross-tab-lock.js';
import { newId } from '../uuid.js';
import type { LocalStore, StoredChanges, StoredConversation, StoredHead, StoredWorld } from './local-store.js';

interface Schema extends DBSchema {
  head: { key: 'head'; value: StoredHead };
  conversations: { key: string; value: StoredConversation };
  outbox: { key: string; value: OutboxRow };
}

/** A pending operation, with the tab that sends it. */
type OutboxRow = Pending & { readonly tab?: string };

const STORES = ['head', 'conversations', 'outbox'] as const;
/**
 * Version of the stored format. A database of another version is emptied: a sync loads all of it again, except the
 * outbox.
 */
const VERSION = 1;

/**
 * Stores the data in IndexedDB. The first of several tabs writes the conversations; the others only read them when they
 * open. Each tab has its own outbox, and the next tab that opens adopts the outbox of a closed one.
 *
 * @example new GoChatClient({ url: location.origin, store: await IndexedDbStore.open('gochat') })
 */
export class IndexedDbStore implements LocalStore {
  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly tabLock: string,
    private readonly releaseTab: (() => void) | null,
    private readonly releaseWriter: (() => void) | null,
  ) {}

  /**
   * @param name the database name; use one for each server.
   * @throws where the browser forbids storage, as in some private windows
   */
  static async open(name: string): Promise<IndexedDbStore> {
    const releaseWriter = await tryAcquire(`gochat:store:${name}`);
    const tabLock = `gochat:tab:${newId()}`;
    const releaseTab = await tryAcquire(tabLock);
    const database = await openDB<Schema>(name, VERSION, {
      upgrade(upgraded) {
        for (const store of upgraded.objectStoreNames) upgraded.deleteObjectStore(store);
        upgraded.createObjectStore('head');
        upgraded.createObjectStore('conversations', { keyPath: 'id' });
        upgraded.createObjectStore('outbox', { keyPath: 'id' });
      },
    });
    return new IndexedDbStore(database, tabLock, releaseTab, releaseWriter);
  }

  /** Whether this tab writes the conversations. */
  get isWriter(): boolean {
    return this.releaseWriter !== null;
  }

  load(): Promise<StoredWorld | null> {
    return withCrossTabLock(`gochat:load:${this.database.name}`, () => this.loadRows());
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
      for (const pending of outboxPut) requests.push(outbox.put({ ...pending, tab: this.tabLock }));
      for (const id of outboxRemove) requests.push(outbox.delete(id));
    } catch (error) {
      // A value that cannot be cloned throws at once, without aborting the transaction.
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
    this.releaseWriter?.();
    return Promise.resolve();
  }

  private async loadRows(): Promise<StoredWorld | null> {
    const tabs = await heldLocks();
    const loading = this.database.transaction(STORES, 'readwrite');
    const outbox = loading.objectStore('outbox');
    const [head, conversations, rows] = await Promise.all([
      loading.objectStore('head').get('head'),
      loading.objectStore('conversations').getAll(),
      outbox.getAll(),
    ]);
    // Rows of another open tab stay with it.
    const adopted = rows.filter(({ tab }) => tab === undefined || tab === this.tabLock || !tabs.has(tab));
    await Promise.all([...adopted.map((row) => outbox.put({ ...row, tab: this.tabLock })), loading.done]);
    return head ? { head, conversations, outbox: adopted.map(({ tab: _, ...pending }) => pending) } : null;
  }
}
