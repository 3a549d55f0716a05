import { marker, refused, removed } from './marker-monotonicity.mjs';
import { diverged, incomplete, order, stale } from './delivery-order.mjs';
import { doubled, gap, lost, retry } from './durability.mjs';
import { HistoryIndex } from './history-index.mjs';

/** The rules for every history, by the name under which violations are reported. */
export const RULES = { lost, doubled, gap, order, incomplete, diverged, stale, retry, marker, removed, refused };

/**
 * Checks a history. Pure.
 * @param records those of `History`
 * @param serverState `{conversations: [{id, rev, lastSeq, members: {userId: {readSeq}}, messages: [{id, seq, rev, text,
 *   reactions: {emoji: [userId]}}]}]}` read at the end, messages by seq
 * @returns `{rule, detail}` of each violation
 */
export function check(records, serverState) {
  const history = new HistoryIndex(records, serverState);
  return Object.entries(RULES).flatMap(([rule, find]) => find(history).map((detail) => ({ rule, detail })));
}
