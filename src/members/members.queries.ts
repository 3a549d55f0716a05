import type { ConversationType, Role } from '../conversations/conversation.js';
import { keysetPages } from '../infrastructure/data-owners/keyset-pages.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Rows } from '../infrastructure/database/transaction.js';
import { storedMembers } from '../read-models/member.queries.js';
import type { StoredMember } from '../read-models/member.view.dto.js';

/** The members among the given users, in any order. */
export function membersAmong(
  source: Rows,
  conversationId: string,
  userIds: readonly string[],
): Promise<StoredMember[]> {
  if (userIds.length === 0) return Promise.resolve([]);
  return storedMembers(
    source,
    `m.conversation_id = ? AND m.left_at IS NULL AND m.user_id IN (${placeholders(userIds.length)})`,
    [conversationId, ...userIds],
  );
}

/** A current or former membership with its conversation. */
export interface MembershipRow {
  readonly conversation_id: string;
  readonly type: ConversationType;
  readonly title: string | null;
  readonly created_by: string | null;
  readonly last_seq: number;
  readonly role: Role;
  readonly joined_at: string;
  readonly left_at: string | null;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly muted_until: string | null;
  readonly pinned: number;
  readonly archived_seq: number | null;
}

/** All current and former memberships of a user, read page by page. */
export function membershipsOf(source: Rows, userId: string): AsyncGenerator<MembershipRow> {
  const page = (after: string, limit: number) =>
    source.rows<MembershipRow>(
      `SELECT m.*, c.type, c.title, c.created_by, c.last_seq FROM members m JOIN conversations c ON c.id = m.conversation_id
       WHERE m.user_id = ? AND m.conversation_id > ? ORDER BY conversation_id LIMIT ${limit}`,
      [userId, after],
    );
  return keysetPages(page, (row) => row.conversation_id);
}
