import { Injectable } from '@nestjs/common';

import { Database, isoTimeOrNull, placeholders } from '../infrastructure/database/database.js';
import { PresenceStore } from './presence.store.js';

/** The most users that one statement updates. */
const CHUNK = 500;

@Injectable()
export class PresenceRepository extends PresenceStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async visibleTo(userId: string, userIds: readonly string[]): Promise<Map<string, string | null>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.database.rows<{ id: string; last_seen_at: string | null }>(
      `SELECT u.id, u.last_seen_at FROM users u
       WHERE u.id IN (${placeholders(userIds.length)})
         AND (u.id = ? OR EXISTS (
           SELECT 1 FROM members o
           JOIN members m ON m.conversation_id = o.conversation_id AND m.user_id = ? AND m.left_at IS NULL
           WHERE o.user_id = u.id AND o.left_at IS NULL))
         AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = ? AND b.blocked_id = u.id)
         AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.user_id = u.id AND b.blocked_id = ?)`,
      [...userIds, userId, userId, userId, userId],
    );
    return new Map(rows.map((row) => [row.id, isoTimeOrNull(row.last_seen_at)]));
  }

  override async lastSeen(userId: string): Promise<string | null> {
    const [row] = await this.database.rows<{ last_seen_at: string | null }>(
      'SELECT last_seen_at FROM users WHERE id = ?',
      [userId],
    );
    return isoTimeOrNull(row?.last_seen_at ?? null);
  }

  override async setLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    for (let done = 0; done < userIds.length; done += CHUNK) {
      const chunk = userIds.slice(done, done + CHUNK);
      await this.database.write((tx) =>
        tx.run(
          `UPDATE users SET last_seen_at = ? WHERE id IN (${placeholders(chunk.length)}) AND deleted_at IS NULL
             AND (last_seen_at IS NULL OR last_seen_at < ?)`,
          [at, ...chunk, at],
        ),
      );
    }
  }
}
