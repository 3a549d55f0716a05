import { DomainError, invalidField } from '../../src/common/domain-error.js';
import {
  authoriseMember,
  noSuchConversation,
  peerOf,
  refuseBlocked,
  type Standing,
} from '../../src/conversations/conversation.js';
import type { MessageView } from '../../src/read-models/message.view.dto.js';
import {
  bringsNews,
  isRepetition,
  type MessageChange,
  type StoredMessage,
  withReaction,
} from '../../src/messages/message.js';
import { messageChanged, messageCreated, MessageStore, type NewMessage } from '../../src/messages/messages.store.js';
import type { Stored } from '../../src/common/event-bus.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';
import { publishStored } from './publish-stored.js';
import type { ConversationRow, InMemoryTables, MessageRow } from './in-memory-tables.js';
import { messageView, reactionsOf, standingOf } from '../fakes/views.js';

/** Nothing here waits, so every method is one transaction; what may throw comes before what changes. */
export class InMemoryMessageStore extends MessageStore {
  constructor(
    private readonly world: InMemoryTables,
    private readonly events: Events,
  ) {
    super();
  }

  override async append(message: NewMessage): Promise<Stored<MessageView, DomainEvent>> {
    const stored = this.world.message(message.id);
    if (stored) {
      if (!isRepetition(comparable(stored), message)) {
        throw new DomainError('id_conflict', 'That id names another message.');
      }
      return publishStored(this.events, messageView(this.world, stored));
    }
    const conversation = this.world.conversations.get(message.conversationId);
    if (!conversation) throw noSuchConversation();
    const sender = this.world.memberOf(conversation, message.senderId);
    authoriseMember({ conversation, membership: sender });
    this.refuseBlockedPeer(conversation, message.senderId);
    const { replyToId, ...content } = message;
    const added: MessageRow = {
      ...content,
      seq: conversation.messages.length + 1,
      rev: conversation.rev + 1,
      replyToSeq: replyToId === null ? null : quotedSeq(conversation, replyToId),
      mentions: this.mentioned(conversation, message.mentions),
      editedAt: null,
      deletedAt: null,
      reactions: new Map(),
    };
    conversation.messages.push(added);
    conversation.rev = added.rev;
    conversation.activeAt = message.createdAt;
    if (sender) Object.assign(sender, { readSeq: added.seq, deliveredSeq: added.seq });
    const view = messageView(this.world, added);
    return publishStored(this.events, view, messageCreated(view));
  }

  override async change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
  ): Promise<Stored<MessageView | null, DomainEvent>> {
    const message = this.world.message(id);
    const conversation = message && this.world.conversations.get(message.conversationId);
    if (!conversation) return publishStored(this.events, null);
    const change = decide(comparable(message), standingOf(this.world, conversation, actorId));
    if (change && bringsNews(change)) this.refuseBlockedPeer(conversation, actorId);
    if (!change || !applyChange(message, actorId, now, change)) {
      return publishStored(this.events, messageView(this.world, message));
    }
    message.rev = ++conversation.rev;
    const view = messageView(this.world, message);
    return publishStored(this.events, view, messageChanged(change, view));
  }

  override async range(conversationId: string, first: number, last: number): Promise<MessageView[]> {
    const messages = this.world.conversations.get(conversationId)?.messages ?? [];
    return messages.filter(({ seq }) => seq >= first && seq <= last).map((message) => messageView(this.world, message));
  }

  override async byId(id: string): Promise<MessageView | null> {
    const found = this.world.message(id);
    return found && messageView(this.world, found);
  }

  private refuseBlockedPeer({ directKey }: ConversationRow, userId: string): void {
    const peer = peerOf(directKey, userId);
    refuseBlocked(peer === null ? [] : this.world.blockedAmong(userId, [peer]));
  }

  private mentioned(conversation: ConversationRow, userIds: readonly string[]): readonly string[] {
    if (userIds.every((userId) => this.world.memberOf(conversation, userId) !== null)) return userIds;
    throw invalidField('mentions', 'member', 'must name members of the conversation');
  }
}

/** @returns false when the message is as it was */
function applyChange(message: MessageRow, userId: string, now: Date, change: MessageChange): boolean {
  if (change.kind === 'edit') {
    Object.assign(message, { text: change.text, editedAt: now });
    return true;
  }
  if (change.kind === 'delete') {
    Object.assign(message, { text: '', mentions: [], metadata: null, reactions: new Map(), deletedAt: now });
    return true;
  }
  const { emoji } = change;
  const users = message.reactions.get(emoji) ?? [];
  if (users.includes(userId) === (change.kind === 'react')) return false;
  if (change.kind === 'react') {
    withReaction(reactionsOf(message), emoji, userId);
    message.reactions.set(emoji, [...users, userId]);
  } else {
    const left = users.filter((user) => user !== userId);
    if (left.length > 0) message.reactions.set(emoji, left);
    else message.reactions.delete(emoji);
  }
  return true;
}

const comparable = ({ senderId, conversationId, text, editedAt, deletedAt }: MessageRow): StoredMessage => ({
  senderId,
  conversationId,
  text,
  edited: editedAt !== null,
  deleted: deletedAt !== null,
});

function quotedSeq({ messages }: ConversationRow, id: string): number {
  const quoted = messages.find((message) => message.id === id);
  if (!quoted) throw new DomainError('not_found', 'There is no such message to reply to.');
  return quoted.seq;
}
