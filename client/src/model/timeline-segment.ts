import type { Message, MessagePage } from '../api-types.js';

/** A contiguous part of a conversation's messages. */
export interface TimelineSegment {
  /** Ascending by `seq`. */
  readonly items: readonly Message[];
  /** The segment begins at this `seq`. 1 is the first message of the conversation. */
  readonly from: number;
  /** Newer messages exist outside the segment, so that new ones are not appended. */
  readonly hasAfter: boolean;
}

/** @returns a segment of these messages, sorted, that reaches the end of the conversation */
export function segmentToEnd(messages: readonly Message[]): TimelineSegment {
  const items = [...messages].sort((a, b) => a.seq - b.seq);
  return { items, from: items[0]?.seq ?? 1, hasAfter: false };
}

/** @returns a page as a segment */
export function segmentOf({ items, hasBefore, hasAfter }: MessagePage): TimelineSegment {
  return { items, from: hasBefore ? (items[0]?.seq ?? 1) : 1, hasAfter };
}

/**
 * Inserts or replaces a message. A newer revision in the segment wins; a message outside the segment changes nothing.
 */
export function upsert(segment: TimelineSegment, message: Message): TimelineSegment {
  const { items, from, hasAfter } = segment;
  const at = indexOf(items, message.seq);
  const current = items[at];
  if (current?.seq === message.seq) {
    if (message.rev < current.rev) return segment;
    return { ...segment, items: [...items.slice(0, at), message, ...items.slice(at + 1)] };
  }
  if (message.seq < from || (at === items.length && hasAfter)) return segment;
  return { ...segment, items: [...items.slice(0, at), message, ...items.slice(at)] };
}

/** Joins an adjacent page. Of a message in both the newer revision wins. */
export function joinPage(segment: TimelineSegment, page: MessagePage, side: 'older' | 'newer'): TimelineSegment {
  const first = segment.items[0]?.seq ?? Infinity;
  const last = segment.items.at(-1)?.seq ?? 0;
  const before = page.items.filter(({ seq }) => seq < first);
  const after = page.items.filter(({ seq }) => seq > last && seq > first);
  const inside = page.items.filter(({ seq }) => seq >= first && seq <= last);
  const items = [...before, ...segment.items, ...after];
  const ends =
    side === 'older'
      ? { from: page.hasBefore ? Math.min(segment.from, items[0]?.seq ?? 1) : 1 }
      : { hasAfter: page.hasAfter };
  return inside.reduce(upsert, { ...segment, ...ends, items });
}

/** Removes messages above the limit, at one end. */
export function trim(segment: TimelineSegment, max: number, side: 'oldest' | 'newest'): TimelineSegment {
  const { items } = segment;
  if (items.length <= max) return segment;
  if (side === 'newest') return { ...segment, items: items.slice(0, max), hasAfter: true };
  const kept = items.slice(-max);
  return { ...segment, items: kept, from: kept[0]?.seq ?? segment.from };
}

/** The index of the message with that `seq`, or the index at which to insert it. */
function indexOf(items: readonly Message[], seq: number): number {
  // Fast path: new messages belong at the end.
  if ((items.at(-1)?.seq ?? 0) < seq) return items.length;
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
