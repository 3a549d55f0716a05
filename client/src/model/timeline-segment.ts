import type { Message, MessagePage } from '../api-types.js';

/** A stretch of a conversation's messages. */
export interface TimelineSegment {
  /** Ascending by `seq`. */
  readonly items: readonly Message[];
  /** Messages from this `seq` on belong to it; 1 is the first of the conversation. */
  readonly from: number;
  /** There are newer ones: it does not reach to the end, and what is new does not belong to it. */
  readonly hasAfter: boolean;
}

/** @returns a stretch of these messages, in whatever order they come, to the end */
export function segmentToEnd(messages: readonly Message[]): TimelineSegment {
  const items = [...messages].sort((a, b) => a.seq - b.seq);
  return { items, from: items[0]?.seq ?? 1, hasAfter: false };
}

/** @returns a page as a stretch */
export function segmentOf({ items, hasBefore, hasAfter }: MessagePage): TimelineSegment {
  return { items, from: hasBefore ? (items[0]?.seq ?? 1) : 1, hasAfter };
}

/**
 * Takes a message in where it belongs: in place of what is held of it unless that is newer, between its neighbours, or at
 * the end. One that lies beyond what is loaded changes nothing.
 */
export function upsert(stretch: TimelineSegment, message: Message): TimelineSegment {
  const { items, from, hasAfter } = stretch;
  const at = indexOf(items, message.seq);
  const held = items[at];
  if (held?.seq === message.seq) {
    if (message.rev < held.rev) return stretch;
    return { ...stretch, items: [...items.slice(0, at), message, ...items.slice(at + 1)] };
  }
  if (message.seq < from || (at === items.length && hasAfter)) return stretch;
  return { ...stretch, items: [...items.slice(0, at), message, ...items.slice(at)] };
}

/** Joins a page that lies before or after; of a message in both the newer is kept. */
export function join(stretch: TimelineSegment, page: MessagePage, side: 'older' | 'newer'): TimelineSegment {
  const first = stretch.items[0]?.seq ?? Infinity;
  const last = stretch.items.at(-1)?.seq ?? 0;
  const before = page.items.filter(({ seq }) => seq < first);
  const after = page.items.filter(({ seq }) => seq > last && seq > first);
  const inside = page.items.filter(({ seq }) => seq >= first && seq <= last);
  const items = [...before, ...stretch.items, ...after];
  const ends =
    side === 'older'
      ? { from: page.hasBefore ? Math.min(stretch.from, items[0]?.seq ?? 1) : 1 }
      : { hasAfter: page.hasAfter };
  return inside.reduce(upsert, { ...stretch, ...ends, items });
}

/** Lets go of what is over the bound, at one end. */
export function trim(stretch: TimelineSegment, max: number, letGo: 'oldest' | 'newest'): TimelineSegment {
  const { items } = stretch;
  if (items.length <= max) return stretch;
  if (letGo === 'newest') return { ...stretch, items: items.slice(0, max), hasAfter: true };
  const kept = items.slice(-max);
  return { ...stretch, items: kept, from: kept[0]?.seq ?? stretch.from };
}

/** Where a message with that `seq` is, or would be. */
function indexOf(items: readonly Message[], seq: number): number {
  // What is new comes at the end.
  if ((items.at(-1)?.seq ?? 0) < seq) return items.length;
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
