import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import { Database, isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { ExportedMembershipView } from './members.dto.js';
import { type MembershipRow, membershipsOf } from './members.queries.js';

/**
 * Owns the table of members, and exports it with an account. Rows are deleted with their conversation, by a foreign key.
 * `MembersService.leaveAll` ends the memberships of an account before it is erased.
 */
@Injectable()
export class MemberData implements DataOwner {
  readonly tables = ['members'];

  constructor(private readonly database: Database) {}

  /** Every conversation that the user is or was a member of. */
  exportUser(userId: string): { conversations: AsyncIterable<ExportedMembershipView> } {
    return { conversations: this.memberships(userId) };
  }

  private async *memberships(userId: string): AsyncGenerator<ExportedMembershipView> {
    for await (const row of membershipsOf(this.database, userId)) yield exported(row, userId);
  }
}

const exported = (row: MembershipRow, userId: string): ExportedMembershipView => ({
  conversationId: row.conversation_id,
  type: row.type,
  title: row.title,
  created: row.created_by === userId,
  role: row.role,
  joinedAt: isoTime(row.joined_at),
  leftAt: isoTimeOrNull(row.left_at),
  readSeq: row.read_seq,
  deliveredSeq: row.delivered_seq,
  mutedUntil: isoTimeOrNull(row.muted_until),
  pinned: row.pinned === 1,
  archived: row.archived_seq === row.last_seq,
});
