import type { Rows } from '../infrastructure/database/transaction.js';
import { type OfUserRow, ownMembership, SELECT_OF_USER } from '../read-models/conversation.queries.js';
import type { SyncOwnView } from './sync.dto.js';
import type { Head } from './sync.js';

type HeadRow = { readonly state_rev: number } & (
  { readonly id: string; readonly rev: number; readonly last_seq: number } | { readonly id: null }
);

/** The user's `stateRev`, and the head of each of their conversations, latest activity first, in one snapshot. */
export async function headsOf(source: Rows, userId: string): Promise<{ stateRev: number; heads: Head[] }> {
  const rows = await source.rows<HeadRow>(
    `SELECT u.state_rev, c.id, c.rev, c.last_seq
     FROM users u
     LEFT JOIN members m ON m.user_id = u.id AND m.left_at IS NULL
     LEFT JOIN conversations c ON c.id = m.conversation_id
     WHERE u.id = ? ORDER BY c.active_at DESC, c.id`,
    [userId],
  );
  return {
    stateRev: rows[0]?.state_rev ?? 0,
    heads: rows.flatMap((row) =>
      row.id === null ? [] : [{ conversationId: row.id, rev: row.rev, lastSeq: row.last_seq }],
    ),
  };
}

/** The private states of a user that changed after `known`, up to `stateRev`, ascending; at most `limit`. */
export async function ownStatesOf(
  source: Rows,
  userId: string,
  { known, stateRev, limit }: { readonly known: number; readonly stateRev: number; readonly limit: number },
): Promise<(SyncOwnView & { stateRev: number })[]> {
  if (known >= stateRev) return [];
  const rows = await source.rows<OfUserRow>(
    `${SELECT_OF_USER}
     WHERE m.state_rev > ? AND m.state_rev <= ? ORDER BY m.state_rev LIMIT ${limit}`,
    [userId, known, stateRev],
  );
  return rows.map((row) => ({ conversationId: row.id, me: ownMembership(row), stateRev: row.state_rev }));
}
