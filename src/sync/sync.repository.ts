import { Injectable } from '@nestjs/common';

import { Database, isoTime, placeholders } from '../infrastructure/database/database.js';
import type { Parameter } from '../infrastructure/database/transaction.js';
import { conversationViews, type OfUserRow, SELECT_OF_USER } from '../read-models/conversation.queries.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import { memberOf, type MemberRow, SELECT_MEMBERS } from '../read-models/member.queries.js';
import type { StoredMember } from '../read-models/member.view.dto.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import type { ReceiptView } from './sync.dto.js';
import { type Head, RESET_MEMBERS, RESET_MESSAGES } from './sync.js';
import { headsOf, ownStatesOf } from './sync.queries.js';

interface ReceiptRow {
  readonly conversation_id: string;
  readonly user_id: string;
  readonly read_seq: number;
  readonly delivered_seq: number;
}

/** One conversation's part of a sync: the changes after `known`, up to `rev`. */
export interface LogSlice {
  readonly conversationId: string;
  readonly known: number;
  readonly rev: number;
  /** The newest `seq` at `rev`. */
  readonly lastSeq: number;
}

/** Reads changes for a sync. Each method is one query for many conversations, by an index on `rev` or `seq`. */
@Injectable()
export class SyncRepository {
  constructor(private readonly database: Database) {}

  heads(userId: string): ReturnType<typeof headsOf> {
    return headsOf(this.database, userId);
  }

  /** Conversations as the user sees them, by id; without those that they left meanwhile. */
  async views(userId: string, ids: readonly string[]): Promise<Map<string, ConversationView>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.rows<OfUserRow>(`${SELECT_OF_USER} WHERE c.id IN (${placeholders(ids.length)})`, [
      userId,
      ...ids,
    ]);
    const views = await conversationViews(this.database, rows);
    return new Map(views.map((view) => [view.id, view]));
  }

  /**
   * The changed messages of each conversation, ascending by `rev`, up to one more than `limit`. A message that existed at
   * `rev` and changed since is included in its current form, since no other row records its creation.
   */
  async changedMessages(slices: readonly LogSlice[], limit: number): Promise<Map<string, MessageView[]>> {
    const rows = await this.union<MessageRow>(
      slices.map(({ conversationId, known, rev, lastSeq }) => ({
        sql: `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.rev > ? AND (m.rev <= ? OR m.seq <= ?)
              ORDER BY m.rev LIMIT ${limit + 1}`,
        parameters: [conversationId, known, rev, lastSeq],
      })),
    );
    return grouped(rows, messageOf, byRev);
  }

  /** The changed members of each conversation, including former ones, ascending by `rev`, up to one more than `limit`. */
  async changedMembers(slices: readonly LogSlice[], limit: number): Promise<Map<string, SyncMember[]>> {
    const rows = await this.union<MemberRow>(
      slices.map(({ conversationId, known, rev }) => ({
        sql: `${SELECT_MEMBERS} WHERE m.conversation_id = ? AND m.rev > ? AND m.rev <= ? ORDER BY m.rev LIMIT ${limit + 1}`,
        parameters: [conversationId, known, rev],
      })),
    );
    return grouped(rows, syncMemberOf, byRev);
  }

  /** The newest messages of each conversation, ascending by `rev`. */
  async newestMessages(heads: readonly Head[]): Promise<Map<string, MessageView[]>> {
    const rows = await this.union<MessageRow>(
      heads.map(({ conversationId, lastSeq }) => ({
        sql: `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq > ? AND m.seq <= ?`,
        parameters: [conversationId, lastSeq - RESET_MESSAGES, lastSeq],
      })),
    );
    return grouped(rows, messageOf, byRev);
  }

  /** The first members of each conversation, by the time at which they joined. */
  async firstMembers(heads: readonly Head[]): Promise<Map<string, SyncMember[]>> {
    const rows = await this.union<MemberRow>(
      heads.map(({ conversationId }) => ({
        sql: `${SELECT_MEMBERS} WHERE m.conversation_id = ? AND m.left_at IS NULL ORDER BY m.joined_at, m.user_id LIMIT ${RESET_MEMBERS}`,
        parameters: [conversationId],
      })),
    );
    return grouped(rows, syncMemberOf, byJoining);
  }

  ownStates(userId: string, range: Parameters<typeof ownStatesOf>[2]): ReturnType<typeof ownStatesOf> {
    return ownStatesOf(this.database, userId, range);
  }

  /** The read and delivered markers of the other members, in conversations of the user with at most `maxMembers`. */
  async receipts(userId: string, ids: readonly string[], maxMembers: number): Promise<ReceiptView[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.rows<ReceiptRow>(
      `SELECT o.conversation_id, o.user_id, o.read_seq, o.delivered_seq
       FROM members m
       JOIN conversations c ON c.id = m.conversation_id AND c.member_count <= ?
       JOIN members o ON o.conversation_id = m.conversation_id AND o.user_id <> m.user_id AND o.left_at IS NULL
       WHERE m.user_id = ? AND m.left_at IS NULL AND m.conversation_id IN (${placeholders(ids.length)})`,
      [maxMembers, userId, ...ids],
    );
    return rows.map((row) => ({
      conversationId: row.conversation_id,
      userId: row.user_id,
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
    }));
  }

  /** The total of unread messages, and the conversations with unread messages, latest activity first. */
  async unread(userId: string, limit: number): Promise<{ unread: number; conversations: ConversationView[] }> {
    // A sum is text on MySQL and MariaDB.
    const [sum] = await this.database.rows<{ readonly unread: number | string | null }>(
      `SELECT SUM(c.last_seq - m.read_seq) AS unread FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ? AND m.left_at IS NULL`,
      [userId],
    );
    const rows = await this.database.rows<OfUserRow>(
      `${SELECT_OF_USER} WHERE c.last_seq > m.read_seq ORDER BY c.active_at DESC, c.id DESC LIMIT ${limit}`,
      [userId],
    );
    return { unread: Number(sum?.unread ?? 0), conversations: await conversationViews(this.database, rows) };
  }

  private async union<R extends object>(
    parts: readonly { sql: string; parameters: readonly Parameter[] }[],
  ): Promise<R[]> {
    if (parts.length === 0) return [];
    return this.database.rows<R>(
      parts.map(({ sql }, index) => `SELECT * FROM (${sql}) AS part${index}`).join(' UNION ALL '),
      parts.flatMap(({ parameters }) => parameters),
    );
  }
}

/** A member with the time at which they left, if they left. */
export type SyncMember = StoredMember & { leftAt?: string };

function syncMemberOf(row: MemberRow): SyncMember {
  return { ...memberOf(row), ...(row.left_at !== null && { leftAt: isoTime(row.left_at) }) };
}

type Order<T> = (a: T, b: T) => number;

const byRev: Order<{ rev: number }> = (a, b) => a.rev - b.rev;
const byJoining: Order<SyncMember> = (a, b) => {
  const [one, other] = [a.joinedAt + a.user.id, b.joinedAt + b.user.id];
  return one < other ? -1 : Number(one > other);
};

/** Groups rows by conversation, and sorts each group: a union loses the order of its parts, as MariaDB does with long texts. */
function grouped<R extends { readonly conversation_id: string }, T>(
  rows: readonly R[],
  map: (row: R) => T,
  order: Order<T>,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const id = row.conversation_id;
    const group = groups.get(id) ?? [];
    group.push(map(row));
    groups.set(id, group);
  }
  for (const group of groups.values()) group.sort(order);
  return groups;
}
