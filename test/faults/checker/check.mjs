import { marker, refused, removed } from './marker-monotonicity.mjs';
import { diverged, incomplete, order, stale } from './delivery-order.mjs';
import { doubled, gap, lost, retry } from './durability.mjs';
import { Story } from './history-index.mjs';

/** What must hold of every history, by the name under which a violation is reported. */
export const RULES = { lost, doubled, gap, order, incomplete, diverged, stale, retry, marker, removed, refused };

/**
 * Looks for what must not be. Pure.
 * @param records what `History` holds
 * @param truth `{conversations: [{id, rev, lastSeq, members: {userId: {readSeq}}, messages: [{id, seq, rev, text,
 *   reactions: {emoji: [userId]}}]}]}` as the server tells it when all is over, messages by seq
 * @returns `{rule, detail}` of each violation
 */
export function check(records, truth) {
  const story = new Story(records, truth);
  return Object.entries(RULES).flatMap(([rule, find]) => find(story).map((detail) => ({ rule, detail })));
}
