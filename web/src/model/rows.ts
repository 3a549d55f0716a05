import type { ChatMessage, MessagesState, Notice } from '@gochat/client';

import { dayOf } from './time.js';

/** Consecutive messages of one sender are one group if they are closer together than this. */
const GROUP_MS = 5 * 60_000;

/**
 * A message with its separators. Each row holds exactly one message, so that the virtual list keeps its scroll position
 * when messages are added or removed.
 */
export interface Row {
  readonly key: string;
  readonly message: ChatMessage;
  /** The first message of the conversation. */
  readonly isStart: boolean;
  /** The local day if it differs from the previous message's, else null. */
  readonly day: string | null;
  /** The first message that was unread when the conversation was opened. */
  readonly isFirstUnread: boolean;
  /** Whether the message is the first, and the last, of a group by one sender. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** System messages to show below this message. */
  readonly notices: readonly Notice[];
}

/**
 * Rows of a message list, with day separators, groups and system messages.
 * @param readSeq the read marker at the time the conversation was opened; null shows no unread divider
 */
export function rowsOf(state: MessagesState, readSeq: number | null, selfId: string): Row[] {
  const { items, hasBefore } = state;
  const notices = noticesByMessage(state);
  const firstUnread = readSeq === null ? undefined : firstUnreadOf(items, readSeq, selfId);
  const days = items.map(({ createdAt }) => dayOf(createdAt));
  const groupStarts = items.map((message, index) => {
    const before = items[index - 1];
    return (
      before === undefined ||
      message.id === firstUnread ||
      days[index] !== days[index - 1] ||
      (notices.get(before.id)?.length ?? 0) > 0 ||
      !isSameGroup(before, message)
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
      startsGroup: groupStarts[index] ?? true,
      endsGroup: groupStarts[index + 1] ?? true,
      notices: notices.get(message.id) ?? [],
    };
  });
}

/** Notices older than the first message. All notices of a conversation without messages. */
export function leadingNotices({ items, notices, hasBefore }: MessagesState): readonly Notice[] {
  if (hasBefore) return [];
  const first = items.find(({ seq }) => seq !== null)?.seq ?? Number.POSITIVE_INFINITY;
  return notices.filter(({ afterSeq }) => afterSeq < first);
}

function isSameGroup(before: ChatMessage, message: ChatMessage): boolean {
  return (
    before.sender.id === message.sender.id && Date.parse(message.createdAt) - Date.parse(before.createdAt) < GROUP_MS
  );
}

/** Messages that the user sent never count as unread. */
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
