import { BlockStore } from '../../src/blocks/blocks.store.js';
import type { User } from '../../src/users/user.js';
import { byCodePoint, type InMemoryTables } from './in-memory-tables.js';
import { userOf } from './in-memory-user.store.js';

export class InMemoryBlockStore extends BlockStore {
  constructor(private readonly tables: InMemoryTables) {
    super();
  }

  override async add(userId: string, blockedId: string): Promise<boolean> {
    if ([userId, blockedId].some((id) => this.tables.users.get(id)?.deleted !== false)) return false;
    const blocked = this.tables.blocks.get(userId) ?? new Set();
    this.tables.blocks.set(userId, blocked.add(blockedId));
    return true;
  }

  override async remove(userId: string, blockedId: string): Promise<void> {
    this.tables.blocks.get(userId)?.delete(blockedId);
  }

  override async list(userId: string, after: string, limit: number): Promise<User[]> {
    const ids = [...(this.tables.blocks.get(userId) ?? [])]
      .filter((id) => byCodePoint(id, after) > 0)
      .sort(byCodePoint);
    return ids.slice(0, limit).flatMap((id) => {
      const user = this.tables.users.get(id);
      return user ? [userOf(user)] : [];
    });
  }

  override async among(userId: string, userIds: readonly string[]): Promise<string[]> {
    return this.tables.blockedAmong(userId, userIds);
  }
}
