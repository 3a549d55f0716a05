import { type CachedConversation } from '../model/cached-conversation.js';
import type { Pending } from '../model/pending-operation.js';
import type { SyncState } from '../model/sync-state.js';
import type { LocalStore, StoredConversation, StoredWorld } from './local-store.js';

/** What changes together is written together: a burst of events makes one write. */
const COLLECT_MS = 100;

/** Writes what changed to the local store, some time after it did, one write at a time. */
export class Persistence {
  private readonly conversations = new Set<string>();
  private readonly outboxPut = new Map<string, Pending>();
  private readonly outboxRemove = new Set<string>();
  private headIsDirty = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: LocalStore,
    private readonly world: () => SyncState,
  ) {}

  conversation(id: string): void {
    this.conversations.add(id);
    this.head();
  }

  head(): void {
    this.headIsDirty = true;
    this.timer ??= setTimeout(() => void this.flush(), COLLECT_MS);
  }

  put(pending: Pending): void {
    this.outboxRemove.delete(pending.id);
    this.outboxPut.set(pending.id, pending);
    this.head();
  }

  remove(id: string): void {
    this.outboxPut.delete(id);
    this.outboxRemove.add(id);
    this.head();
  }

  /** Writes what is unwritten. Never rejects: what cannot be written now is tried with the next write. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Forgets what is unwritten, and waits for the write that runs. */
  async abandon(): Promise<void> {
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
    const world = this.world();
    const ids = [...this.conversations];
    const [puts, removes] = [[...this.outboxPut.values()], [...this.outboxRemove]];
    const copies = ids.flatMap((id) => world.get(id) ?? []);
    const { userId, epoch, stateRev } = world;
    this.headIsDirty = false;
    this.conversations.clear();
    this.outboxPut.clear();
    this.outboxRemove.clear();
    try {
      await this.store.save({
        head: { userId, epoch, stateRev },
        put: copies.map(storedOf),
        remove: ids.filter((id) => !world.get(id)),
        outboxPut: puts,
        outboxRemove: removes,
      });
    } catch {
      // A full disk, say. All of it stays to be written, unless newer is.
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

function storedOf({ members, ...copy }: CachedConversation): StoredConversation {
  return { ...copy, id: copy.shared.id, members: [...members.values()] };
}

/** The conversations of what was stored. */
export function conversationsOf({ conversations }: StoredWorld): CachedConversation[] {
  return conversations.map(({ id: _, members, ...copy }) => ({
    ...copy,
    members: new Map(members.map((member) => [member.user.id, member])),
  }));
}
