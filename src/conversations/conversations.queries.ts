import { DomainError } from '../common/domain-error.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { conversationOf, type ConversationRow, peerOfRow } from '../read-models/conversation.queries.js';
import type { Role, Standing } from './conversation.js';

/** Locks a conversation and reads the membership of one user, in one round trip. Null when it does not exist. */
export async function lockStanding(tx: Transaction, id: string, userId: string): Promise<Standing | null> {
  const [row, [member]] = await Promise.all([
    lockConversation(tx, id),
    tx.rows<{ role: Role }>('SELECT role FROM members WHERE conversation_id = ? AND user_id = ? AND left_at IS NULL', [
      id,
      userId,
    ]),
  ]);
  return row
    ? {
        conversation: conversationOf(row),
        membership: member ? { userId, role: member.role } : null,
        peerId: peerOfRow(row, userId),
      }
    : null;
}

/** Locks the row of a conversation until the transaction ends. */
export async function lockConversation(tx: Transaction, id: string): Promise<ConversationRow | null> {
  const [row] = await tx.rows<ConversationRow>(`SELECT * FROM conversations WHERE id = ?${tx.forUpdate}`, [id]);
  return row ?? null;
}

/**
 * The users among `ids` whose accounts exist. A shared lock keeps each of these accounts until the transaction ends:
 * deleting an account takes its user out of the conversations that the user is in at that time.
 */
export async function lockExistingUsers(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM users WHERE deleted_at IS NULL AND id IN (${placeholders(ids.length)})${tx.forShare}`,
    ids,
  );
  return new Set(rows.map(({ id }) => id));
}

export function noSuchUser(): DomainError {
  return new DomainError('not_found', 'One of those users does not exist.');
}

/**
 * Deletes a conversation with its members, before the next statement or the commit. Its messages become unreachable at
 * once; the purge deletes them in bounded steps, since there may be millions.
 */
export function deleteConversation(tx: Transaction, id: string): void {
  tx.runLater('DELETE FROM conversations WHERE id = ?', [id]);
  tx.insert('purges', [{ conversation_id: id }]);
}
