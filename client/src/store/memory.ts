import type { Pending } from '../model/pending-operation.js';
import type { LocalStore, StoredChanges, StoredConversation, StoredHead, StoredWorld } from './local-store.js';

/** Keeps the data in memory. Successive clients of one program may share it. */
export class MemoryStore implements LocalStore {
  private head: StoredHead | null = null;
  private readonly conversations = new Map<string, StoredConversation>();
  private readonly outbox = new Map<string, Pending>();

  load(): Promise<StoredWorld | null> {
    const { head } = this;
    const stored = head && { head, conversations: [...this.conversations.values()], outbox: [...this.outbox.values()] };
    return Promise.resolve(stored);
  }

  save({ head, put, remove, outboxPut, outboxRemove }: StoredChanges): Promise<void> {
    this.head = head;
    for (const conversation of put) this.conversations.set(conversation.id, conversation);
    for (const id of remove) this.conversations.delete(id);
    for (const pending of outboxPut) this.outbox.set(pending.id, pending);
    for (const id of outboxRemove) this.outbox.delete(id);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.head = null;
    this.conversations.clear();
    this.outbox.clear();
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
