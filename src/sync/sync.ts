/** A client that is further behind than this starts the conversation over. */
export const RESET_AFTER_CHANGES = 1_000;
/** What a client gets of a conversation that it starts over. */
export const RESET_MESSAGES = 50;
export const RESET_MEMBERS = 100;
export const SYNC_LIMIT = { default: 100, max: 500 } as const;
/** How many conversations a client may name. */
export const SYNC_CONVERSATIONS_MAX = 5_000;
export const RECEIPTS_OF_MAX = 100;

/** How far a conversation has come. */
export interface Head {
  readonly conversationId: string;
  readonly rev: number;
  readonly lastSeq: number;
}

/** Whether a client that knows a conversation up to `known` starts it over, in place of being given its changes. */
export function mustReset(known: number, rev: number): boolean {
  return known > rev || rev - known > RESET_AFTER_CHANGES;
}

/**
 * Cuts changes of one conversation, each kind read in the order of `rev` up to one more than `limit`, so that all kinds
 * end at the same `rev`: what came is whole up to there. What has changed beyond `rev` meanwhile comes with the last cut.
 * @param rev where the conversation stood before anything was read
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

/** The `rev` up to which a list that was read to one more than `limit` is whole. */
function lastWhole(rows: readonly { rev: number }[], limit: number): number {
  return rows.length > limit ? (rows[limit - 1]?.rev ?? 0) : Number.MAX_SAFE_INTEGER;
}
