import type { Message, Person, Problem, Reaction, Reply } from '../api-types.js';
import type { ChatMessage } from '../public-state.js';

interface PendingBase {
  /** For a send: the id of the message. */
  readonly id: string;
  /** Position in the queue. Lower numbers are sent first. */
  readonly order: number;
  readonly conversationId: string;
  readonly attempts: number;
  /** After the acknowledgement: the `rev` (of a marker: the `seq`) at which the local state includes the operation. */
  readonly acknowledged: number | null;
  /** Why the server rejected it for good. */
  readonly error: Problem | null;
}

/** The content of a new message. */
export interface Draft {
  readonly text: string;
  readonly replyToId?: string;
  readonly mentions?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A message that is not in the local state yet. */
export interface PendingSend extends PendingBase {
  readonly kind: 'send';
  readonly draft: Draft;
  readonly replyTo: Reply | null;
  /** Time of writing, by the local clock: RFC 3339. */
  readonly createdAt: string;
  /** The message as the server acknowledged it. */
  readonly stored: Message | null;
}

/** A change to an existing message. */
export type PendingChange = PendingBase & { readonly messageId: string } & (
    | { readonly kind: 'edit'; readonly text: string; readonly at: string }
    | { readonly kind: 'delete'; readonly at: string }
    | { readonly kind: 'react' | 'unreact'; readonly emoji: string }
  );

/** A read or delivery marker that is to move. */
export interface PendingMarker extends PendingBase {
  readonly kind: 'read' | 'delivered';
  readonly seq: number;
}

/** An operation of the outbox: plain data, stored as it is. Keep the field names, as stored outboxes have them. */
export type Pending = PendingSend | PendingChange | PendingMarker;

/** A message without pending changes keeps its identity, so that a list need not render it again. */
const plainChatMessages = new WeakMap<Message, ChatMessage>();

/** A stored message as the app sees it, with pending changes applied. */
export function chatMessageOf(message: Message, changes: readonly PendingChange[], selfId: string): ChatMessage {
  const ownChanges = changes.filter(({ messageId }) => messageId === message.id);
  const plain = plainChatMessages.get(message) ?? { ...message, status: 'sent', error: null, hasPendingChange: false };
  plainChatMessages.set(message, plain);
  return ownChanges.length > 0 ? withPendingChanges({ ...plain, hasPendingChange: true }, ownChanges, selfId) : plain;
}

/** A pending message as the app sees it. */
export function pendingChatMessageOf(send: PendingSend, changes: readonly PendingChange[], self: Person): ChatMessage {
  if (send.stored) return chatMessageOf(send.stored, changes, self.id);
  const { id, username, displayName, avatarUrl } = self;
  const message: ChatMessage = {
    id: send.id,
    conversationId: send.conversationId,
    seq: null,
    kind: 'text',
    sender: { id, username, displayName, avatarUrl },
    text: send.draft.text.trim(),
    replyTo: send.replyTo,
    mentions: [...(send.draft.mentions ?? [])],
    reactions: [],
    metadata: send.draft.metadata ? { ...send.draft.metadata } : null,
    createdAt: send.createdAt,
    editedAt: null,
    deletedAt: null,
    status: send.error ? 'failed' : 'pending',
    error: send.error,
    hasPendingChange: false,
  };
  return withPendingChanges(
    message,
    changes.filter(({ messageId }) => messageId === send.id),
    self.id,
  );
}

function withPendingChanges(message: ChatMessage, changes: readonly PendingChange[], selfId: string): ChatMessage {
  return changes.reduce((before, change) => {
    if (before.deletedAt !== null) return before;
    switch (change.kind) {
      case 'edit':
        return { ...before, text: change.text.trim(), editedAt: change.at };
      case 'delete':
        return { ...before, text: '', metadata: null, reactions: [], mentions: [], deletedAt: change.at };
      case 'react':
      case 'unreact':
        return { ...before, reactions: withReaction(before.reactions, change.emoji, selfId, change.kind === 'react') };
    }
  }, message);
}

/** The reactions after the user added or removed one. The server lists at most 20 users of each emoji. */
function withReaction(reactions: readonly Reaction[], emoji: string, selfId: string, isAdded: boolean): Reaction[] {
  const current = reactions.find((reaction) => reaction.emoji === emoji);
  const has = current?.userIds.includes(selfId) ?? false;
  if (has === isAdded) return [...reactions];
  if (!current) return [...reactions, { emoji, count: 1, userIds: [selfId] }];
  const changed: Reaction = isAdded
    ? { emoji, count: current.count + 1, userIds: [...current.userIds, selfId] }
    : { emoji, count: current.count - 1, userIds: current.userIds.filter((id) => id !== selfId) };
  return reactions.flatMap((reaction) => (reaction !== current ? [reaction] : changed.count > 0 ? [changed] : []));
}

/** Whether an operation changes an existing message. */
export const isChange = (pending: Pending): pending is PendingChange => 'messageId' in pending;
