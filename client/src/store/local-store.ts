import type { Member } from '../api-types.js';
import type { CachedConversation } from '../model/cached-conversation.js';
import type { Pending } from '../model/pending-operation.js';

/** A conversation as it is kept: plain data. */
export interface StoredConversation extends Omit<CachedConversation, 'members'> {
  readonly id: string;
  readonly members: readonly Member[];
}

/** Whose data it is, and how far it has come. */
export interface StoredHead {
  readonly userId: string;
  readonly epoch: string | undefined;
  readonly stateRev: number | undefined;
}

/** All that is kept. */
export interface StoredWorld {
  readonly head: StoredHead;
  readonly conversations: readonly StoredConversation[];
  readonly outbox: readonly Pending[];
}

/** What changed since the last time. */
export interface StoredChanges {
  readonly head: StoredHead;
  readonly put: readonly StoredConversation[];
  /** Ids of conversations. */
  readonly remove: readonly string[];
  readonly outboxPut: readonly Pending[];
  /** Ids of what is no longer in the outbox. */
  readonly outboxRemove: readonly string[];
}

/**
 * Where a client keeps its data, so that it opens with it. All of it is plain data, of which the store need understand
 * nothing but the ids.
 */
export interface LocalStore {
  /** @returns null when there is nothing */
  load(): Promise<StoredWorld | null>;
  /** Writes all of it or nothing: half of it would be a state that never was. */
  save(changes: StoredChanges): Promise<void>;
  /** Erases everything. */
  clear(): Promise<void>;
  close(): Promise<void>;
}
