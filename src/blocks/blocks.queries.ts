import { compositeKey } from '../common/ids.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Rows } from '../infrastructure/database/transaction.js';

/** Returns the users among `userIds` who have blocked any user or are blocked by any user. */
export async function involvedInBlocks(source: Rows, userIds: readonly string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const rows = await source.rows(
    `SELECT user_id AS id FROM blocks WHERE user_id IN (${placeholders(userIds.length)})
     UNION SELECT blocked_id FROM blocks WHERE blocked_id IN (${placeholders(userIds.length)})`,
    [...userIds, ...userIds],
  );
  return rows.map((row) => String(row['id']));
}

/** Returns the pairs with a block in either direction, each as its {@link compositeKey}. */
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

/** Returns the users among `userIds` with a block to or from `userId`; runs on the database or in an open transaction. */
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
