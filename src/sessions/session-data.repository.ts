import { Injectable } from '@nestjs/common';

import { Events } from '../domain-events.js';
import type { AfterCommit, DataOwner } from '../infrastructure/database/data-owners.js';
import { Database, isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import { keysetPages } from '../infrastructure/database/keyset-pages.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import type { ExportedSessionView } from './session-export.dto.js';

/** Owns the table of sessions: erases and exports them with their account. */
@Injectable()
export class SessionData implements DataOwner {
  readonly tables = ['sessions'];

  constructor(
    private readonly database: Database,
    private readonly events: Events,
  ) {}

  /** Ends the active sessions, erases the names of devices, and publishes `session.ended` for each session that it ended. */
  async eraseUser(tx: Transaction, userId: string, now: Date): Promise<AfterCommit> {
    const active = await tx.rows('SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ?', [
      userId,
      now,
    ]);
    await tx.run(
      `UPDATE sessions SET ended_reason = CASE WHEN ended_at IS NULL THEN 'account_deleted' ELSE ended_reason END,
         ended_at = CASE WHEN ended_at IS NULL THEN ? ELSE ended_at END, device_id = NULL, device_name = NULL
       WHERE user_id = ?`,
      [now, userId],
    );
    return () => {
      for (const row of active) {
        this.events.publish('session.ended', { sessionId: String(row['id']), userId, reason: 'account_deleted' });
      }
    };
  }

  exportUser(userId: string): { sessions: AsyncIterable<ExportedSessionView> } {
    return { sessions: this.sessions(userId) };
  }

  private async *sessions(userId: string): AsyncGenerator<ExportedSessionView> {
    const page = (after: string, limit: number) =>
      this.database.rows(`SELECT * FROM sessions WHERE user_id = ? AND id > ? ORDER BY id LIMIT ${limit}`, [
        userId,
        after,
      ]);
    for await (const row of keysetPages(page, ({ id }) => String(id))) {
      yield {
        id: String(row['id']),
        deviceId: row['device_id'] as string | null,
        deviceName: row['device_name'] as string | null,
        platform: String(row['platform']),
        createdAt: isoTime(row['created_at']),
        lastSeenAt: isoTime(row['last_seen_at']),
        endedAt: isoTimeOrNull(row['ended_at']),
      };
    }
  }
}
