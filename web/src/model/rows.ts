import type { ChatMessage, MessagesState, Notice } from '@gochat/client';

import { dayOf } from './time.js';

/** Of one sender, messages this close together stand as one group. */
const GROUP_MS = 5 * 60_000;

/** A message with what is drawn around it. One row is one message, so that a list of rows moves as the messages do. */
export interface Row {
  readonly key: string;
  readonly message: ChatMessage;
  /** Nothing was said before it. */
  readonly isStart: boolean;
  /** The day that begins here, or null. */
  readonly day: string | null;
  /** What was unread when the conversation was opened begins here. */
  readonly isFirstUnread: boolean;
  /** First and last of a group by one sender. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** Who came and went after it. */
  readonly notices: readonly Notice[];
}

/**
 * @param readSeq how far one had read when the conversation was opened; null draws no divider
 */
export function rowsOf(state: MessagesState, readSeq: number | null, selfId: string): Row[] {
  const { items, hasBefore } = state;
  const notices = noticesByMessage(state);
  const firstUnread = readSeq === null ? undefined : firstUnreadOf(items, readSeq, selfId);
  const days = items.map(({ createdAt }) => dayOf(createdAt));
  const opens = items.map((message, index) => {
    const before = items[index - 1];
    return (
      before === undefined ||
      message.id === firstUnread ||
      days[index] !== days[index - 1] ||
      (notices.get(before.id)?.length ?? 0) > 0 ||
      !belongTogether(before, message)
    );
  });
  return items.map((message, index) => {
    const isNewDay = index === 0 ? !hasBefore : days[index] !== days[index - 1];
    return {
      key: message.id,
      message,
      isStart: index === 0 && !hasBefore,
      day: isNewDay ? (days[index] ?? null) : null,
      isFirstUnread: message.id === firstUnread,
      startsGroup: opens[index] ?? true,
      endsGroup: opens[index + 1] ?? true,
      notices: notices.get(message.id) ?? [],
    };
  });
}

/** Notices that stand before the first message, or in a conversation without any. */
export function leadingNotices({ items, notices, hasBefore }: MessagesState): readonly Notice[] {
  if (hasBefore) return [];
  const first = items.find(({ seq }) => seq !== null)?.seq ?? Number.POSITIVE_INFINITY;
  return notices.filter(({ afterSeq }) => afterSeq < first);
}

function belongTogether(before: ChatMessage, message: ChatMessage): boolean {
  return (
    before.sender.id === message.sender.id && Date.parse(message.createdAt) - Date.parse(before.createdAt) < GROUP_MS
  );
}

/** One's own messages are read, whatever the marker says. */
function firstUnreadOf(items: readonly ChatMessage[], readSeq: number, selfId: string): string | undefined {
  return items.find(({ seq, sender }) => seq !== null && seq > readSeq && sender.id !== selfId)?.id;
}

function noticesByMessage({ items, notices, hasAfter }: MessagesState): Map<string, Notice[]> {
  const stored = items.filter(({ seq }) => seq !== null);
  const [first, last] = [stored[0]?.seq ?? null, stored.at(-1)?.seq ?? null];
  const byMessage = new Map<string, Notice[]>();
  if (first === null || last === null) return byMessage;
  for (const notice of notices) {
    const isHere = notice.afterSeq >= first && (notice.afterSeq < last || (notice.afterSeq === last && !hasAfter));
    const after = isHere ? stored.findLast(({ seq }) => seq !== null && seq <= notice.afterSeq) : undefined;
    if (after) byMessage.set(after.id, [...(byMessage.get(after.id) ?? []), notice]);
  }
  return byMessage;
}
