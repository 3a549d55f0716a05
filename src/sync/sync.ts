/** Beyond this many missed changes, a client receives a reset instead of the changes. */
export const RESET_AFTER_CHANGES = 1_000;
/** The newest messages and first members in a reset. */
export const RESET_MESSAGES = 50;
export const RESET_MEMBERS = 100;
export const SYNC_LIMIT = { default: 100, max: 500 } as const;
/** Conversations that a client may name, at most. */
export const SYNC_CONVERSATIONS_MAX = 5_000;
export const RECEIPTS_OF_MAX = 100;

/** The position that a conversation has reached. */
export interface Head {
  readonly conversationId: string;
  readonly rev: number;
  readonly lastSeq: number;
}

/** Whether a client that knows a conversation up to `known` receives a reset instead of the changes. */
export function mustReset(known: number, rev: number): boolean {
  return known > rev || rev - known > RESET_AFTER_CHANGES;
}

/**
 * Cuts the changes of one conversation so that messages and members end at the same `rev`, up to which the result is
 * complete. Each list is sorted by `rev` and read up to one more than `limit`. The last cut includes changes beyond `rev`
 * that were stored meanwhile.
 * @param rev the conversation's `rev` before the lists were read
 */
export function cutAtRev<M extends { rev: number }, N extends { rev: number }>(
  messages: readonly M[],
  members: readonly N[],
  limit: number,
  rev: number,
): { messages: M[]; members: N[]; rev: number; more: boolean } {
  const end = Math.min(rev, lastWhole(messages, limit), lastWhole(members, limit));
  const upTo = end < rev ? end : Number.MAX_SAFE_INTEGER;
  return {
    messages: messages.slice(0, limit).filter((row) => row.rev <= upTo),
    members: members.slice(0, limit).filter((row) => row.rev <= upTo),
    rev: end,
    more: end < rev || messages.length > limit,
  };
}

/** The `rev` up to which a list that was read to one more than `limit` is complete. */
function lastWhole(rows: readonly { rev: number }[], limit: number): number {
  return rows.length > limit ? (rows[limit - 1]?.rev ?? 0) : Number.MAX_SAFE_INTEGER;
}
