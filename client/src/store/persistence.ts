import { type CachedConversation } from '../model/cached-conversation.js';
import type { Pending } from '../model/pending-operation.js';
import type { SyncState } from '../model/sync-state.js';
import type { LocalStore, StoredConversation, StoredWorld } from './local-store.js';

/** Changes within this time share one write. Milliseconds. */
const WRITE_DELAY_MS = 100;

/**
 * Collects changes and writes them to the {@link LocalStore}, one write at a time. `ClientCore` marks changes; the
 * write follows after a short delay, and `stop()` flushes it.
 */
export class Persistence {
  private readonly conversations = new Set<string>();
  private readonly outboxPut = new Map<string, Pending>();
  private readonly outboxRemove = new Set<string>();
  private headIsDirty = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: LocalStore,
    private readonly syncState: () => SyncState,
  ) {}

  markConversation(id: string): void {
    this.conversations.add(id);
    this.markHead();
  }

  markHead(): void {
    this.headIsDirty = true;
    this.timer ??= setTimeout(() => void this.flush(), WRITE_DELAY_MS);
  }

  putPending(pending: Pending): void {
    this.outboxRemove.delete(pending.id);
    this.outboxPut.set(pending.id, pending);
    this.markHead();
  }

  removePending(id: string): void {
    this.outboxPut.delete(id);
    this.outboxRemove.add(id);
    this.markHead();
  }

  /** Writes pending changes. Never rejects: changes that could not be written are part of the next write. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Drops pending changes, and waits for the write in progress. */
  async discard(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.headIsDirty = false;
    this.conversations.clear();
    this.outboxPut.clear();
    this.outboxRemove.clear();
    await this.writing;
  }

  private async write(): Promise<void> {
    if (!this.headIsDirty) return;
    const state = this.syncState();
    const ids = [...this.conversations];
    const [puts, removes] = [[...this.outboxPut.values()], [...this.outboxRemove]];
    const conversations = ids.flatMap((id) => state.get(id) ?? []);
    const { userId, epoch, stateRev } = state;
    this.headIsDirty = false;
    this.conversations.clear();
    this.outboxPut.clear();
    this.outboxRemove.clear();
    try {
      await this.store.save({
        head: { userId, epoch, stateRev },
        put: conversations.map(toStored),
        remove: ids.filter((id) => !state.get(id)),
        outboxPut: puts,
        outboxRemove: removes,
      });
    } catch {
      // The disk may be full, for example. Keep the changes, unless newer ones replaced them.
      for (const id of ids) this.conversations.add(id);
      for (const pending of puts) {
        const isNewer = this.outboxPut.has(pending.id) || this.outboxRemove.has(pending.id);
        if (!isNewer) this.outboxPut.set(pending.id, pending);
      }
      for (const id of removes) if (!this.outboxPut.has(id)) this.outboxRemove.add(id);
      this.headIsDirty = true;
    }
  }
}

function toStored({ rev, members, ...rest }: CachedConversation): StoredConversation {
  return { ...rest, id: rest.shared.id, known: rev, members: [...members.values()] };
}

/** Converts stored conversations for the cache. */
export function fromStored({ conversations }: StoredWorld): CachedConversation[] {
  return conversations.map(({ id: _, known, members, ...rest }) => ({
    ...rest,
    rev: known,
    members: new Map(members.map((member) => [member.user.id, member])),
  }));
}
