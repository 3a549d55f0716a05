import type { Member } from '../api-types.js';
import type { CachedConversation } from '../model/cached-conversation.js';
import type { Pending } from '../model/pending-operation.js';

/** A conversation in the stored format: plain data. Earlier versions of the client wrote the same fields. */
export interface StoredConversation extends Omit<CachedConversation, 'rev' | 'members'> {
  readonly id: string;
  /** The `rev` up to which every change is included. */
  readonly known: number;
  readonly members: readonly Member[];
}

/** The owner of the data, and the position of the user's private state. */
export interface StoredHead {
  readonly userId: string;
  readonly epoch: string | undefined;
  readonly stateRev: number | undefined;
}

/** Everything that a store holds. */
export interface StoredWorld {
  readonly head: StoredHead;
  readonly conversations: readonly StoredConversation[];
  readonly outbox: readonly Pending[];
}

/** The changes since the last save. */
export interface StoredChanges {
  readonly head: StoredHead;
  readonly put: readonly StoredConversation[];
  /** Conversation ids. */
  readonly remove: readonly string[];
  readonly outboxPut: readonly Pending[];
  /** Ids of operations that left the outbox. */
  readonly outboxRemove: readonly string[];
}

/**
 * Persists a client's data, so that the next start opens with it. The client calls `load` once at the start and `save`
 * after changes. Everything is plain data; a store needs to know only the ids.
 */
export interface LocalStore {
  /** @returns null when the store is empty */
  load(): Promise<StoredWorld | null>;
  /** Writes all changes in one transaction, so that no partial state is ever loaded. */
  save(changes: StoredChanges): Promise<void>;
  /** Deletes everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
