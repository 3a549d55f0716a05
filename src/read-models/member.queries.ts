import { isoTime } from '../infrastructure/database/database.js';
import type { Parameter, Row, Rows } from '../infrastructure/database/transaction.js';
import type { StoredMember } from './member.view.dto.js';
import { USER_COLUMNS, userViewOf } from './user.queries.js';

/** Selects members `m` with their user `u`, for {@link memberOf}. */
export const SELECT_MEMBERS = `
  SELECT m.conversation_id, m.role, m.joined_at, m.left_at, m.read_seq, m.delivered_seq, m.rev, ${USER_COLUMNS}
  FROM members m JOIN users u ON u.id = m.user_id`;

/** Members as stored, by a condition on members `m` and users `u`. */
export async function storedMembers(
  source: Rows,
  condition: string,
  parameters: readonly Parameter[],
): Promise<StoredMember[]> {
  return (await source.rows(`${SELECT_MEMBERS} WHERE ${condition}`, parameters)).map(memberOf);
}

/** The member of a row of {@link SELECT_MEMBERS}. */
export function memberOf(row: Row): StoredMember {
  return {
    conversationId: String(row['conversation_id']),
    user: userViewOf(row),
    role: String(row['role']),
    joinedAt: isoTime(row['joined_at']),
    readSeq: Number(row['read_seq']),
    deliveredSeq: Number(row['delivered_seq']),
    rev: Number(row['rev']),
  };
}
