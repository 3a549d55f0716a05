import { Injectable } from '@nestjs/common';

import { Database, isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { Row } from '../infrastructure/database/transaction.js';
import type {
  ExportedBlockView,
  ExportedMembershipView,
  ExportedMessageView,
  ExportedReactionView,
  ExportedSessionView,
} from './account.dto.js';

/** Rows that are read at once. */
const PAGE = 500;
/** Messages of a conversation, of whomever, that are looked through at once. */
const STRETCH = 2_000;

/** Erases what is personal of a user, and reads all that is held on them, a page at a time. */
@Injectable()
export class AccountRepository {
  constructor(private readonly database: Database) {}

  /**
   * Erases the profile, what logs in, the names of devices, and blocks; the id stays, for messages to come from. All in
   * one transaction.
   * @returns the sessions that were alive
   */
  erase(userId: string, now: Date): Promise<string[]> {
    return this.database.write(async (tx) => {
      // The user's row orders this and log-ins.
      await tx.rows(`SELECT id FROM users WHERE id = ?${tx.forUpdate}`, [userId]);
      await tx.run(
        `UPDATE users SET username = NULL, email = NULL, email_verified_at = NULL, display_name = NULL, display_name_folded = NULL,
           avatar_url = NULL, about = NULL, password_hash = NULL, last_seen_at = NULL, deleted_at = ? WHERE id = ?`,
        [now, userId],
      );
      await tx.run('DELETE FROM mail_tokens WHERE user_id = ?', [userId]);
      await tx.run('DELETE FROM blocks WHERE user_id = ?', [userId]);
      await tx.run('DELETE FROM blocks WHERE blocked_id = ?', [userId]);
      const alive = await tx.rows('SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ?', [
        userId,
        now,
      ]);
      await tx.run(
        `UPDATE sessions SET ended_reason = CASE WHEN ended_at IS NULL THEN 'account_deleted' ELSE ended_reason END,
           ended_at = CASE WHEN ended_at IS NULL THEN ? ELSE ended_at END, device_id = NULL, device_name = NULL
         WHERE user_id = ?`,
        [now, userId],
      );
      return alive.map((row) => String(row['id']));
    });
  }

  async lastSeenAt(userId: string): Promise<string | null> {
    const [row] = await this.database.rows('SELECT last_seen_at FROM users WHERE id = ?', [userId]);
    return isoTimeOrNull(row?.['last_seen_at'] ?? null);
  }

  async *sessions(userId: string): AsyncGenerator<ExportedSessionView> {
    for await (const row of this.pages('SELECT * FROM sessions WHERE user_id = ? AND id > ?', userId, 'id')) {
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

  async *blocks(userId: string): AsyncGenerator<ExportedBlockView> {
    const sql = 'SELECT * FROM blocks WHERE user_id = ? AND blocked_id > ?';
    for await (const row of this.pages(sql, userId, 'blocked_id')) {
      yield { userId: String(row['blocked_id']), blockedAt: isoTime(row['created_at']) };
    }
  }

  /** Every place that the user has or had. */
  async *memberships(userId: string): AsyncGenerator<ExportedMembershipView> {
    for await (const row of this.places(userId)) {
      yield {
        conversationId: String(row['conversation_id']),
        type: String(row['type']),
        title: row['title'] as string | null,
        created: row['created_by'] === userId,
        role: String(row['role']),
        joinedAt: isoTime(row['joined_at']),
        leftAt: isoTimeOrNull(row['left_at']),
        readSeq: Number(row['read_seq']),
        deliveredSeq: Number(row['delivered_seq']),
        mutedUntil: isoTimeOrNull(row['muted_until']),
        pinned: Number(row['pinned']) === 1,
        archived: row['archived_seq'] !== null && Number(row['archived_seq']) === Number(row['last_seq']),
      };
    }
  }

  async *messages(userId: string): AsyncGenerator<ExportedMessageView> {
    const sql = 'SELECT * FROM messages WHERE conversation_id = ? AND seq > ? AND seq <= ? AND sender_id = ?';
    for await (const row of this.everywhere(sql, userId)) yield messageOf(row);
  }

  async *reactions(userId: string): AsyncGenerator<ExportedReactionView> {
    const sql = 'SELECT * FROM reactions WHERE conversation_id = ? AND seq > ? AND seq <= ? AND user_id = ?';
    for await (const row of this.everywhere(sql, userId)) {
      yield {
        conversationId: String(row['conversation_id']),
        seq: Number(row['seq']),
        emoji: String(row['emoji']),
      };
    }
  }

  private places(userId: string): AsyncGenerator<Row> {
    return this.pages(
      `SELECT m.*, c.type, c.title, c.created_by, c.last_seq FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ? AND m.conversation_id > ?`,
      userId,
      'conversation_id',
    );
  }

  /** Looks through the logs that the user was ever in, stretch by stretch: messages have no index by sender. */
  private async *everywhere(sql: string, userId: string): AsyncGenerator<Row> {
    for await (const place of this.places(userId)) {
      for (let seq = 0; seq < Number(place['last_seq']); seq += STRETCH) {
        yield* await this.database.rows(`${sql} ORDER BY seq`, [
          String(place['conversation_id']),
          seq,
          seq + STRETCH,
          userId,
        ]);
      }
    }
  }

  /** Rows in the order of a unique `key`, which the query's second parameter starts after. */
  private async *pages(sql: string, userId: string, key: string): AsyncGenerator<Row> {
    for (let after = ''; ;) {
      const rows = await this.database.rows(`${sql} ORDER BY ${key} LIMIT ${PAGE}`, [userId, after]);
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = String(last[key]);
    }
  }
}

function messageOf(row: Row): ExportedMessageView {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    text: String(row['text']),
    replyToSeq: row['reply_to_seq'] === null ? null : Number(row['reply_to_seq']),
    mentions: row['mentions'] === null ? [] : (JSON.parse(String(row['mentions'])) as string[]),
    metadata: row['metadata'] === null ? null : (JSON.parse(String(row['metadata'])) as Record<string, unknown>),
    createdAt: isoTime(row['created_at']),
    editedAt: isoTimeOrNull(row['edited_at']),
    deletedAt: isoTimeOrNull(row['deleted_at']),
  };
}
