import type { Member, Message, Person } from '../api-types.js';
import type { ChatMessage, ConversationState, MembersState } from '../public-state.js';
import { type CachedConversation, membershipOf } from './cached-conversation.js';
import type { OutboxQueue } from './outbox-queue.js';
import { chatMessageOf, pendingChatMessageOf } from './pending-operation.js';

/** The parts of a message view beside the stored messages. */
export interface MessagesViewContext {
  readonly queue: OutboxQueue;
  readonly conversationId: string;
  /** The sender of the pending messages. */
  readonly self: Person;
}

/** The stored messages of a segment, then the pending ones, each once. */
export function messagesView(
  items: readonly Message[],
  isToEnd: boolean,
  { queue, conversationId, self }: MessagesViewContext,
): ChatMessage[] {
  const changes = queue.changes(conversationId);
  const stored = items.map((message) => chatMessageOf(message, changes, self.id));
  if (!isToEnd) return stored;
  const sends = queue.sends(conversationId).filter(({ id }) => !items.some((message) => message.id === id));
  return [...stored, ...sends.map((send) => pendingChatMessageOf(send, changes, self))];
}

/** A conversation as the app sees it, with pending changes applied. */
export function conversationView(
  conversation: CachedConversation,
  queue: OutboxQueue,
  self: Person,
): ConversationState {
  const { shared, peer } = conversation;
  const readSeq = Math.max(conversation.me.readSeq, Math.min(queue.marker(shared.id, 'read'), shared.lastSeq));
  const deliveredSeq = Math.max(conversation.me.deliveredSeq, readSeq, queue.marker(shared.id, 'delivered'));
  const newest = conversation.tail.items.slice(-1);
  const lastMessage = messagesView(newest, true, { queue, conversationId: shared.id, self }).at(-1) ?? null;
  return {
    ...shared,
    peer,
    me: membershipOf({ shared, me: { ...conversation.me, readSeq, deliveredSeq } }),
    lastMessage,
    name: shared.title ?? peer?.displayName ?? peer?.username ?? null,
    activeAt: lastMessage?.createdAt ?? shared.createdAt,
  };
}

/** Pinned conversations first, then by latest activity, then by id. */
export function byActivity(a: ConversationState, b: ConversationState): number {
  if (a.me.pinned !== b.me.pinned) return a.me.pinned ? -1 : 1;
  if (a.activeAt !== b.activeAt) return a.activeAt < b.activeAt ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

const RANK = { owner: 0, admin: 1, member: 2 } as const;

/** The loaded members of a conversation. */
export function membersView(conversation: CachedConversation | undefined, isLoading: boolean): MembersState {
  const items = [...(conversation?.members.values() ?? [])].sort(byRank);
  const total = conversation?.shared.memberCount ?? 0;
  return { items, total, isComplete: conversation !== undefined && items.length >= total, isLoading };
}

function byRank(a: Member, b: Member): number {
  if (a.role !== b.role) return RANK[a.role] - RANK[b.role];
  if (a.joinedAt !== b.joinedAt) return a.joinedAt < b.joinedAt ? -1 : 1;
  return a.user.id < b.user.id ? -1 : 1;
}
