import type { ChatMessage } from '../public-state.js';
import type { Message, Person, Problem, Reaction, Reply } from '../api-types.js';

interface PendingBase {
  /** Of a send: the message's own id. */
  readonly id: string;
  /** Its place in the queue: what came first is sent first. */
  readonly order: number;
  readonly conversationId: string;
  readonly attempts: number;
  /** Once it is acknowledged: the `rev` (of a marker the `seq`) at which the log has it too, and it may be forgotten. */
  readonly acknowledged: number | null;
  /** Why it was refused for good. */
  readonly error: Problem | null;
}

/** What one writes. */
export interface Draft {
  readonly text: string;
  readonly replyToId?: string;
  readonly mentions?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A message on its way. */
export interface PendingSend extends PendingBase {
  readonly kind: 'send';
  readonly draft: Draft;
  readonly replyTo: Reply | null;
  /** When it was written here: RFC 3339. */
  readonly createdAt: string;
  /** As the server acknowledged it. */
  readonly stored: Message | null;
}

/** Something done to a message. */
export type PendingChange = PendingBase & { readonly messageId: string } & (
    | { readonly kind: 'edit'; readonly text: string; readonly at: string }
    | { readonly kind: 'delete'; readonly at: string }
    | { readonly kind: 'react' | 'unreact'; readonly emoji: string }
  );

/** A marker that is to move. */
export interface PendingMarker extends PendingBase {
  readonly kind: 'read' | 'delivered';
  readonly seq: number;
}

/** What waits in the outbox. Plain data, which a store keeps as it is. */
export type Pending = PendingSend | PendingChange | PendingMarker;

/** So that a message which did not change is the same object, and need not be drawn again. */
const unchanged = new WeakMap<Message, ChatMessage>();

/** A stored message as it is shown: with what is done to it here and not in the log yet. */
export function shown(message: Message, changes: readonly PendingChange[], selfId: string): ChatMessage {
  const own = changes.filter(({ messageId }) => messageId === message.id);
  const plain = unchanged.get(message) ?? { ...message, status: 'sent', error: null, hasPendingChange: false };
  unchanged.set(message, plain);
  return own.length > 0 ? withChanges({ ...plain, hasPendingChange: true }, own, selfId) : plain;
}

/** A message on its way as it is shown. */
export function shownPending(send: PendingSend, changes: readonly PendingChange[], self: Person): ChatMessage {
  if (send.stored) return shown(send.stored, changes, self.id);
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
  return withChanges(
    message,
    changes.filter(({ messageId }) => messageId === send.id),
    self.id,
  );
}

function withChanges(message: ChatMessage, changes: readonly PendingChange[], selfId: string): ChatMessage {
  return changes.reduce((before, change) => {
    if (before.deletedAt !== null) return before;
    switch (change.kind) {
      case 'edit':
        return { ...before, text: change.text.trim(), editedAt: change.at };
      case 'delete':
        return { ...before, text: '', metadata: null, reactions: [], mentions: [], deletedAt: change.at };
      case 'react':
      case 'unreact':
        return { ...before, reactions: reacted(before.reactions, change.emoji, selfId, change.kind === 'react') };
    }
  }, message);
}

/** The reactions once one has added one's own, or taken it back. Of an emoji with many only the first 20 are known. */
function reacted(reactions: readonly Reaction[], emoji: string, selfId: string, isAdded: boolean): Reaction[] {
  const held = reactions.find((reaction) => reaction.emoji === emoji);
  const has = held?.userIds.includes(selfId) ?? false;
  if (has === isAdded) return [...reactions];
  if (!held) return [...reactions, { emoji, count: 1, userIds: [selfId] }];
  const changed: Reaction = isAdded
    ? { emoji, count: held.count + 1, userIds: [...held.userIds, selfId] }
    : { emoji, count: held.count - 1, userIds: held.userIds.filter((id) => id !== selfId) };
  return reactions.flatMap((reaction) => (reaction !== held ? [reaction] : changed.count > 0 ? [changed] : []));
}

/** Whether it is something done to a message. */
export const isChange = (pending: Pending): pending is PendingChange => 'messageId' in pending;
