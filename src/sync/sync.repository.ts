import { Injectable } from '@nestjs/common';

import {
  conversationViews,
  type OfUserRow,
  ownMembership,
  SELECT_OF_USER,
} from '../read-models/conversation.queries.js';
import { memberOf, type MemberRow, SELECT_MEMBERS } from '../read-models/member.queries.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import type { StoredMember } from '../read-models/member.view.dto.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { Database, isoTime, placeholders } from '../infrastructure/database/database.js';
import type { Parameter } from '../infrastructure/database/transaction.js';
import type { ReceiptView, SyncOwnView } from './sync.dto.js';
import { type Head, RESET_MEMBERS, RESET_MESSAGES } from './sync.js';

/** One conversation's part of a sync: the changes after `known`, up to `rev`. */
export interface LogSlice {
  readonly conversationId: string;
  readonly known: number;
  readonly rev: number;
  /** The last message as of `rev`. */
  readonly lastSeq: number;
}

/** How far what concerns a user has come. */
export interface ServerPositions {
  readonly stateRev: number;
  /** How many conversations they are in. */
  readonly conversations: number;
}

/** The same as somebody knows it; how many conversations may be left open. */
export type KnownPositions = readonly [userId: string, stateRev: number, conversations: number | null];

/** Reads what changed: each question is one query for many conversations, by an index on `rev` or `seq`. */
@Injectable()
export class SyncRepository {
  constructor(private readonly database: Database) {}

  /** The user's `stateRev` and how far each of their conversations has come, latest activity first, in one snapshot. */
  async heads(userId: string): Promise<{ stateRev: number; heads: Head[] }> {
    const rows = await this.database.rows(
      `SELECT u.state_rev, c.id, c.rev, c.last_seq
       FROM users u
       LEFT JOIN members m ON m.user_id = u.id AND m.left_at IS NULL
       LEFT JOIN conversations c ON c.id = m.conversation_id
       WHERE u.id = ? ORDER BY c.active_at DESC, c.id`,
      [userId],
    );
    return {
      stateRev: Number(rows[0]?.['state_rev'] ?? 0),
      heads: rows
        .filter((row) => row['id'] !== null)
        .map((row) => ({
          conversationId: String(row['id']),
          rev: Number(row['rev']),
          lastSeq: Number(row['last_seq']),
        })),
    };
  }

  /** Which of those conversations have gone beyond the `rev` given with each, and how far; null where one is no more. */
  async conversationsBeyond(
    known: readonly (readonly [id: string, rev: number])[],
  ): Promise<Map<string, number | null>> {
    const values = this.database.table({ id: 'id', rev: 'integer' }, known);
    const rows = await this.database.rows(
      `SELECT v.id, c.rev FROM ${values.sql} LEFT JOIN conversations c ON c.id = v.id
       WHERE c.rev IS NULL OR c.rev > v.rev`,
      [values.parameter],
    );
    return new Map(rows.map((row) => [String(row['id']), row['rev'] === null ? null : Number(row['rev'])]));
  }

  /** Who has left a conversation since a `rev`, and is not back. */
  async leftSince(conversationId: string, rev: number): Promise<string[]> {
    const rows = await this.database.rows(
      'SELECT user_id FROM members WHERE conversation_id = ? AND rev > ? AND left_at IS NOT NULL',
      [conversationId, rev],
    );
    return rows.map((row) => String(row['user_id']));
  }

  /** How far each of those users has come of whom something is not as it is known. */
  async usersBeyond(known: readonly KnownPositions[]): Promise<Map<string, ServerPositions>> {
    const values = this.database.table({ id: 'id', state_rev: 'integer', conversations: 'integer' }, known);
    const conversations = '(SELECT COUNT(*) FROM members m WHERE m.user_id = v.id AND m.left_at IS NULL)';
    // Outer, so that it is read in the order in which it is written, whatever a server makes of the values.
    const rows = await this.database.rows(
      `SELECT v.id, COALESCE(u.state_rev, 0) AS state_rev, ${conversations} AS conversations
       FROM ${values.sql} LEFT JOIN users u ON u.id = v.id
       WHERE COALESCE(u.state_rev, 0) > v.state_rev OR v.conversations <> ${conversations}`,
      [values.parameter],
    );
    return new Map(
      rows.map((row) => [
        String(row['id']),
        { stateRev: Number(row['state_rev']), conversations: Number(row['conversations']) },
      ]),
    );
  }

  /** Conversations as the user sees them, by id; those that they left meanwhile are missing. */
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
   * Messages that changed, per conversation ascending by `rev`, one more than `limit` of each. A message that was there
   * at `rev` and changed since comes as it is now: its creation is told by nothing else any more.
   */
  async changedMessages(stretches: readonly LogSlice[], limit: number): Promise<Map<string, MessageView[]>> {
    const rows = await this.union<MessageRow>(
      stretches.map(({ conversationId, known, rev, lastSeq }) => ({
        sql: `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.rev > ? AND (m.rev <= ? OR m.seq <= ?)
              ORDER BY m.rev LIMIT ${limit + 1}`,
        parameters: [conversationId, known, rev, lastSeq],
      })),
    );
    return grouped(rows, messageOf, byRev);
  }

  /** Members who changed, those who left included, per conversation ascending by `rev`, one more than `limit` of each. */
  async changedMembers(stretches: readonly LogSlice[], limit: number): Promise<Map<string, SyncMember[]>> {
    const rows = await this.union<MemberRow>(
      stretches.map(({ conversationId, known, rev }) => ({
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

  /** The first members of each conversation, by standing. */
  async firstMembers(heads: readonly Head[]): Promise<Map<string, SyncMember[]>> {
    const rows = await this.union<MemberRow>(
      heads.map(({ conversationId }) => ({
        sql: `${SELECT_MEMBERS} WHERE m.conversation_id = ? AND m.left_at IS NULL ORDER BY m.joined_at, m.user_id LIMIT ${RESET_MEMBERS}`,
        parameters: [conversationId],
      })),
    );
    return grouped(rows, syncMemberOf, byStanding);
  }

  /** What is private to the user and changed after `known`, ascending by `stateRev`, up to `limit`. */
  async ownStates(
    userId: string,
    known: number,
    stateRev: number,
    limit: number,
  ): Promise<(SyncOwnView & { stateRev: number })[]> {
    if (known >= stateRev) return [];
    const rows = await this.database.rows<OfUserRow>(
      `${SELECT_OF_USER}
       WHERE m.state_rev > ? AND m.state_rev <= ? ORDER BY m.state_rev LIMIT ${limit}`,
      [userId, known, stateRev],
    );
    return rows.map((row) => ({ conversationId: row.id, me: ownMembership(row), stateRev: row.state_rev }));
  }

  /** The markers of the others in those conversations that the user is in and that have at most `maxMembers`. */
  async receipts(userId: string, ids: readonly string[], maxMembers: number): Promise<ReceiptView[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.rows(
      `SELECT o.conversation_id, o.user_id, o.read_seq, o.delivered_seq
       FROM members m
       JOIN conversations c ON c.id = m.conversation_id AND c.member_count <= ?
       JOIN members o ON o.conversation_id = m.conversation_id AND o.user_id <> m.user_id AND o.left_at IS NULL
       WHERE m.user_id = ? AND m.left_at IS NULL AND m.conversation_id IN (${placeholders(ids.length)})`,
      [maxMembers, userId, ...ids],
    );
    return rows.map((row) => ({
      conversationId: String(row['conversation_id']),
      userId: String(row['user_id']),
      readSeq: Number(row['read_seq']),
      deliveredSeq: Number(row['delivered_seq']),
    }));
  }

  /** How much is unread in all, and the conversations with unread messages, latest activity first. */
  async unread(userId: string, limit: number): Promise<{ unread: number; conversations: ConversationView[] }> {
    const [sum] = await this.database.rows(
      `SELECT SUM(c.last_seq - m.read_seq) AS unread FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ? AND m.left_at IS NULL`,
      [userId],
    );
    const rows = await this.database.rows<OfUserRow>(
      `${SELECT_OF_USER} WHERE c.last_seq > m.read_seq ORDER BY c.active_at DESC, c.id DESC LIMIT ${limit}`,
      [userId],
    );
    return { unread: Number(sum?.['unread'] ?? 0), conversations: await conversationViews(this.database, rows) };
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

/** A member who changed, or one of the first; one who left with when. */
export type SyncMember = StoredMember & { leftAt?: string };

function syncMemberOf(row: MemberRow): SyncMember {
  return { ...memberOf(row), ...(row.left_at !== null && { leftAt: isoTime(row.left_at) }) };
}

type Order<T> = (a: T, b: T) => number;

const byRev: Order<{ rev: number }> = (a, b) => a.rev - b.rev;
const byStanding: Order<SyncMember> = (a, b) => {
  const [one, other] = [a.joinedAt + a.user.id, b.joinedAt + b.user.id];
  return one < other ? -1 : Number(one > other);
};

/** By conversation, in that order: of a union, whatever is sorted inside comes in any, and does so on MariaDB with long texts. */
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
