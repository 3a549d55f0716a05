import { PresenceStore } from '../../src/presence/presence.store.js';
import type { InMemoryTables } from './in-memory-tables.js';

export class InMemoryPresenceStore extends PresenceStore {
  constructor(private readonly world: InMemoryTables) {
    super();
  }

  override async visibleTo(userId: string, userIds: readonly string[]): Promise<Map<string, string | null>> {
    const mine = [...this.world.conversations.values()].filter((row) => this.world.memberOf(row, userId));
    const blocked = this.world.blockedAmong(userId, userIds);
    const known = userIds.filter(
      (id) => id === userId || (!blocked.includes(id) && mine.some((row) => this.world.memberOf(row, id))),
    );
    return new Map(known.map((id) => [id, this.lastSeenOf(id)]));
  }

  override async lastSeen(userId: string): Promise<string | null> {
    return this.lastSeenOf(userId);
  }

  override async setLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    for (const id of userIds) {
      const before = this.world.lastSeen.get(id);
      if (this.world.users.get(id)?.deleted === false && (!before || before < at)) this.world.lastSeen.set(id, at);
    }
  }

  private lastSeenOf(userId: string): string | null {
    return this.world.lastSeen.get(userId)?.toISOString() ?? null;
  }
}
