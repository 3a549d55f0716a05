import type { RowOf, Transaction } from '../infrastructure/database/transaction.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { type MessageChange, REACTION_USERS_MAX, withoutReaction, withReaction } from './message.js';
import type { ReactionEntity } from './reaction.entity.js';

/**
 * Writes a change of a message. The transaction holds the lock of its conversation.
 * @param rev the conversation's next `rev`, which the change takes
 * @returns the changed message; null when the change has no effect
 */
export async function applyMessageChange(
  tx: Transaction,
  message: MessageView,
  actorId: string,
  change: MessageChange,
  rev: number,
  now: Date,
): Promise<MessageView | null> {
  const { conversationId, seq } = message;
  const update = (assignments: string, values: readonly (string | Date | null)[]): Promise<number> =>
    tx.run(`UPDATE messages SET ${assignments}, rev = ? WHERE conversation_id = ? AND seq = ?`, [
      ...values,
      rev,
      conversationId,
      seq,
    ]);
  if (change.kind === 'edit') {
    await update('text = ?, edited_at = ?', [change.text, now]);
  } else if (change.kind === 'delete') {
    await update(`text = '', mentions = NULL, metadata = NULL, reactions = NULL, deleted_at = ?`, [now]);
    await tx.run('DELETE FROM reactions WHERE conversation_id = ? AND seq = ?', [conversationId, seq]);
  } else {
    const reactions = await changeReactions(tx, message, actorId, change, rev);
    if (!reactions) return null;
    await update('reactions = ?', [reactions.length === 0 ? null : JSON.stringify(reactions)]);
  }
  await tx.run('UPDATE conversations SET rev = ? WHERE id = ?', [rev, conversationId]);
  return messageAt(tx, conversationId, seq);
}

async function changeReactions(
  tx: Transaction,
  { conversationId, seq, reactions }: MessageView,
  userId: string,
  { kind, emoji }: Extract<MessageChange, { emoji: string }>,
  rev: number,
): Promise<readonly object[] | null> {
  const key = [conversationId, seq, emoji];
  const own = await tx.rows(
    'SELECT rev FROM reactions WHERE conversation_id = ? AND seq = ? AND emoji = ? AND user_id = ?',
    [...key, userId],
  );
  if (own.length > 0 === (kind === 'react')) return null;
  if (kind === 'react') {
    const changed = withReaction(reactions, emoji, userId);
    tx.insert('reactions', [{ conversation_id: conversationId, seq, emoji, user_id: userId, rev }]);
    return changed;
  }
  await tx.run('DELETE FROM reactions WHERE conversation_id = ? AND seq = ? AND emoji = ? AND user_id = ?', [
    ...key,
    userId,
  ]);
  const first = await tx.rows<Pick<RowOf<ReactionEntity>, 'user_id'>>(
    `SELECT user_id FROM reactions WHERE conversation_id = ? AND seq = ? AND emoji = ?
     ORDER BY rev LIMIT ${REACTION_USERS_MAX}`,
    key,
  );
  return withoutReaction(
    reactions,
    emoji,
    first.map((row) => row.user_id),
  );
}

async function messageAt(tx: Transaction, conversationId: string, seq: number): Promise<MessageView | null> {
  const [row] = await tx.rows<MessageRow>(`${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq = ?`, [
    conversationId,
    seq,
  ]);
  return row ? messageOf(row) : null;
}
