import { Injectable } from '@nestjs/common';

import type { DomainEvents } from '../domain-events.js';
import { Database } from '../infrastructure/database/database.js';
import { headsOf, ownStatesOf } from './sync.queries.js';

/** The positions of a user's streams in the database. */
export interface ServerPositions {
  readonly stateRev: number;
  /** The number of conversations that the user is a member of. */
  readonly conversations: number;
}

/** The positions of a user's streams as a node knows them. A null number of conversations is not compared. */
export type KnownPositions = readonly [userId: string, stateRev: number, conversations: number | null];

/**
 * Reads the positions (`rev`, `stateRev`) that the database has reached. The reconcilers of `realtime/` compare them with
 * the positions that a node has delivered, every few seconds, and the gateway reads them when a socket connects.
 */
@Injectable()
export class StreamPositionsRepository {
  constructor(private readonly database: Database) {}

  /** A user's `stateRev`, and the `rev` of each of their conversations, in one snapshot. */
  async of(userId: string): Promise<{ stateRev: number; revs: Map<string, number> }> {
    const { stateRev, heads } = await headsOf(this.database, userId);
    return { stateRev, revs: new Map(heads.map(({ conversationId, rev }) => [conversationId, rev])) };
  }

  /**
   * The `rev` of each conversation that is beyond the given one; null for a conversation that was deleted.
   * @param known at most 1,000
   */
  async conversationsBeyond(
    known: readonly (readonly [id: string, rev: number])[],
  ): Promise<Map<string, number | null>> {
    const values = this.database.table({ id: 'id', rev: 'integer' }, known);
    const rows = await this.database.rows<{ readonly id: string; readonly rev: number | null }>(
      `SELECT v.id, c.rev FROM ${values.sql} LEFT JOIN conversations c ON c.id = v.id
       WHERE c.rev IS NULL OR c.rev > v.rev`,
      [values.parameter],
    );
    return new Map(rows.map(({ id, rev }) => [id, rev]));
  }

  /** The users who left a conversation after a `rev` and have not joined again. */
  async leftSince(conversationId: string, rev: number): Promise<string[]> {
    const rows = await this.database.rows<{ readonly user_id: string }>(
      'SELECT user_id FROM members WHERE conversation_id = ? AND rev > ? AND left_at IS NOT NULL',
      [conversationId, rev],
    );
    return rows.map((row) => row.user_id);
  }

  /**
   * The positions of each user whose `stateRev` is beyond the given one, or whose number of conversations differs.
   * @param known at most 1,000
   */
  async usersBeyond(known: readonly KnownPositions[]): Promise<Map<string, ServerPositions>> {
    const values = this.database.table({ id: 'id', state_rev: 'integer', conversations: 'integer' }, known);
    const conversations = '(SELECT COUNT(*) FROM members m WHERE m.user_id = v.id AND m.left_at IS NULL)';
    // An outer join keeps the order of the tables, regardless of MySQL's estimates for the values.
    const rows = await this.database.rows<{
      readonly id: string;
      /** Computed numbers are text on MySQL and MariaDB. */
      readonly state_rev: number | string;
      readonly conversations: number | string;
    }>(
      `SELECT v.id, COALESCE(u.state_rev, 0) AS state_rev, ${conversations} AS conversations
       FROM ${values.sql} LEFT JOIN users u ON u.id = v.id
       WHERE COALESCE(u.state_rev, 0) > v.state_rev OR v.conversations <> ${conversations}`,
      [values.parameter],
    );
    return new Map(
      rows.map((row) => [row.id, { stateRev: Number(row.state_rev), conversations: Number(row.conversations) }]),
    );
  }

  /** The private change that took a `stateRev`; null once the user has left the conversation. */
  async ownChange(userId: string, stateRev: number): Promise<Omit<DomainEvents['conversation.me'], 'userId'> | null> {
    const [own] = await ownStatesOf(this.database, userId, { known: stateRev - 1, stateRev, limit: 1 });
    return own ?? null;
  }
}
