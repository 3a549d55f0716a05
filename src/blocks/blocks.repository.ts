import { Injectable } from '@nestjs/common';

import { Database } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import { blockedAmong } from './blocks.queries.js';
import { BlockStore } from './blocks.store.js';
import type { User } from '../users/user.js';
import { userOf, USER_COLUMNS } from '../users/users.repository.js';

@Injectable()
export class BlocksRepository extends BlockStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async add(userId: string, blockedId: string, now: Date): Promise<boolean> {
    try {
      return await this.database.write(async (tx) => {
        // Both at once, so that two who block each other do not wait for each other.
        const users = await tx.rows(`SELECT id FROM users WHERE id IN (?, ?) AND deleted_at IS NULL${tx.forUpdate}`, [
          userId,
          blockedId,
        ]);
        if (users.length < 2) return false;
        tx.insert('blocks', [{ user_id: userId, blocked_id: blockedId, created_at: now }]);
        return true;
      });
    } catch (error) {
      if (isDuplicate(error)) return true;
      throw error;
    }
  }

  override async remove(userId: string, blockedId: string): Promise<void> {
    await this.database.write((tx) =>
      tx.run('DELETE FROM blocks WHERE user_id = ? AND blocked_id = ?', [userId, blockedId]),
    );
  }

  override async list(userId: string, after: string, limit: number): Promise<User[]> {
    const rows = await this.database.rows(
      `SELECT ${USER_COLUMNS} FROM users WHERE id IN (SELECT blocked_id FROM blocks WHERE user_id = ? AND blocked_id > ?)
       ORDER BY id LIMIT ${limit}`,
      [userId, after],
    );
    return rows.map(userOf);
  }

  override among(userId: string, userIds: readonly string[]): Promise<string[]> {
    return blockedAmong(this.database, userId, userIds);
  }
}
