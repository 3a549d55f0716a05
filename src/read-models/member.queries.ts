import type { Role } from '../conversations/conversation.js';
import { isoTime } from '../infrastructure/database/database.js';
import type { Parameter, Rows } from '../infrastructure/database/transaction.js';
import type { StoredMember } from './member.view.dto.js';
import { USER_COLUMNS, type UserRow, userViewOf } from './user.queries.js';

/** Selects members `m`, current and former, with their user `u`. */
export const SELECT_MEMBERS = `
  SELECT m.conversation_id, m.role, m.joined_at, m.left_at, m.read_seq, m.delivered_seq, m.rev, ${USER_COLUMNS}
  FROM members m JOIN users u ON u.id = m.user_id`;

/** A row of {@link SELECT_MEMBERS}. */
export interface MemberRow extends UserRow {
  readonly conversation_id: string;
  readonly role: Role;
  readonly joined_at: string;
  readonly left_at: string | null;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly rev: number;
}

/** Members by a condition on `m` and `u`. */
export async function storedMembers(
  source: Rows,
  condition: string,
  parameters: readonly Parameter[],
): Promise<StoredMember[]> {
  return (await source.rows<MemberRow>(`${SELECT_MEMBERS} WHERE ${condition}`, parameters)).map(memberOf);
}

export function memberOf(row: MemberRow): StoredMember {
  return {
    conversationId: row.conversation_id,
    user: userViewOf(row),
    role: row.role,
    joinedAt: isoTime(row.joined_at),
    readSeq: row.read_seq,
    deliveredSeq: row.delivered_seq,
    rev: row.rev,
  };
}
