import { Injectable } from '@nestjs/common';

import { Database, placeholders } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import type { Rows } from '../infrastructure/database/transaction.js';
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

/** Those among `userIds` who blocked anybody, or were blocked by anybody. */
export async function involvedInBlocks(source: Rows, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await source.rows(
    `SELECT user_id AS id FROM blocks WHERE user_id IN (${placeholders(userIds.length)})
     UNION SELECT blocked_id FROM blocks WHERE blocked_id IN (${placeholders(userIds.length)})`,
    [...userIds, ...userIds],
  );
  return rows.map((row) => String(row['id']));
}

/** One string for two ids, in this order. */
export const compositeKey = (one: string, other: string): string => `${one} ${other}`;

/** Those of the pairs in which one has blocked the other, as {@link compositeKey}s. */
export async function blockedPairs(source: Rows, pairs: readonly (readonly [string, string])[]): Promise<Set<string>> {
  if (pairs.length === 0) return new Set();
  const made = `SELECT user_id, blocked_id FROM blocks WHERE ${pairs.map(() => '(user_id = ? AND blocked_id = ?)').join(' OR ')}`;
  const rows = await source.rows(`${made} UNION ALL ${made}`, [
    ...pairs.flat(),
    ...pairs.flatMap(([one, other]) => [other, one]),
  ]);
  const blocks = new Set(rows.map((row) => compositeKey(String(row['user_id']), String(row['blocked_id']))));
  return new Set(
    pairs
      .filter(([one, other]) => blocks.has(compositeKey(one, other)) || blocks.has(compositeKey(other, one)))
      .map(([one, other]) => compositeKey(one, other)),
  );
}

/** {@link BlockStore.among}, in the database or an open transaction. */
export async function blockedAmong(source: Rows, userId: string, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const others = placeholders(userIds.length);
  const rows = await source.rows(
    `SELECT blocked_id AS id FROM blocks WHERE user_id = ? AND blocked_id IN (${others})
     UNION SELECT user_id FROM blocks WHERE blocked_id = ? AND user_id IN (${others})`,
    [userId, ...userIds, userId, ...userIds],
  );
  return rows.map((row) => String(row['id']));
}
