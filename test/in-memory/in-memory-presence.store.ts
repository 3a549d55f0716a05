import { PresenceStore } from '../../src/presence/presence.store.js';
import type { InMemoryTables } from './in-memory-tables.js';

export class InMemoryPresenceStore extends PresenceStore {
  constructor(private readonly tables: InMemoryTables) {
    super();
  }

  override async visibleTo(userId: string, userIds: readonly string[]): Promise<Map<string, string | null>> {
    const mine = [...this.tables.conversations.values()].filter((row) => this.tables.memberOf(row, userId));
    const blocked = this.tables.blockedAmong(userId, userIds);
    const known = userIds.filter(
      (id) => id === userId || (!blocked.includes(id) && mine.some((row) => this.tables.memberOf(row, id))),
    );
    return new Map(known.map((id) => [id, this.lastSeenOf(id)]));
  }

  override async lastSeen(userId: string): Promise<string | null> {
    return this.lastSeenOf(userId);
  }

  override async setLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    for (const id of userIds) {
      const before = this.tables.lastSeen.get(id);
      if (this.tables.users.get(id)?.deleted === false && (!before || before < at)) this.tables.lastSeen.set(id, at);
    }
  }

  private lastSeenOf(userId: string): string | null {
    return this.tables.lastSeen.get(userId)?.toISOString() ?? null;
  }
}
