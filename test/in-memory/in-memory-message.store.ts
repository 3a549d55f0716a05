import { DomainError } from '../../src/common/domain-error.js';
import type { Stored } from '../../src/common/event-bus.js';
import { peerOf, refuseBlocked, type Standing } from '../../src/conversations/conversation.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';
import { type AppendedLog, type AppendFacts, planAppend } from '../../src/messages/message-append.js';
import {
  addsContent,
  type MessageChange,
  type NewMessage,
  type StoredMessage,
  withReaction,
} from '../../src/messages/message.js';
import { messageChanged, messageCreated, MessageStore } from '../../src/messages/messages.store.js';
import type { MessageView } from '../../src/read-models/message.view.dto.js';
import { messageView, reactionsOf, standingOf } from '../fakes/views.js';
import type { ConversationRow, InMemoryTables, MemberRow, MessageRow } from './in-memory-tables.js';
import { publishStored } from './publish-stored.js';

/** Each method is synchronous and so one transaction; it throws before it changes anything. */
export class InMemoryMessageStore extends MessageStore {
  constructor(
    private readonly tables: InMemoryTables,
    private readonly events: Events,
  ) {
    super();
  }

  override async append(message: NewMessage): Promise<Stored<MessageView, DomainEvent>> {
    const { outcomes, messages, logs } = planAppend(this.facts(), [message]);
    for (const outcome of outcomes) if (outcome instanceof DomainError) throw outcome;
    for (const { replyToId: _, ...appended } of messages) {
      const conversation = this.tables.conversations.get(appended.conversationId);
      const sender = conversation?.members.get(appended.senderId);
      conversation?.messages.push({ ...appended, editedAt: null, deletedAt: null, reactions: new Map() });
      if (conversation) updateLog(conversation, logs.get(conversation.id));
      if (sender) Object.assign(sender, { readSeq: appended.seq, deliveredSeq: appended.seq });
    }
    const stored = this.tables.message(message.id);
    if (!stored) throw new Error('An accepted send is stored.');
    const view = messageView(this.tables, stored);
    return publishStored(this.events, view, ...messages.map(() => messageCreated(view)));
  }

  override async change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
  ): Promise<Stored<MessageView | null, DomainEvent>> {
    const message = this.tables.message(id);
    const conversation = message && this.tables.conversations.get(message.conversationId);
    if (!conversation) return publishStored(this.events, null);
    const change = decide(comparable(message), standingOf(this.tables, conversation, actorId));
    if (change && addsContent(change)) this.refuseBlockedPeer(conversation, actorId);
    if (!change || !applyChange(message, actorId, now, change)) {
      return publishStored(this.events, messageView(this.tables, message));
    }
    message.rev = ++conversation.rev;
    const view = messageView(this.tables, message);
    return publishStored(this.events, view, messageChanged(change, view));
  }

  override async range(conversationId: string, first: number, last: number): Promise<MessageView[]> {
    const messages = this.tables.conversations.get(conversationId)?.messages ?? [];
    return messages
      .filter(({ seq }) => seq >= first && seq <= last)
      .map((message) => messageView(this.tables, message));
  }

  override async byId(id: string): Promise<MessageView | null> {
    const found = this.tables.message(id);
    return found && messageView(this.tables, found);
  }

  private facts(): AppendFacts {
    const conversation = (id: string): ConversationRow | undefined => this.tables.conversations.get(id);
    const memberOf = (conversationId: string, userId: string): MemberRow | null => {
      const row = conversation(conversationId);
      return row ? this.tables.memberOf(row, userId) : null;
    };
    return {
      conversation(id) {
        const row = conversation(id);
        return row ? { ...row, lastSeq: row.messages.length } : null;
      },
      membership: memberOf,
      isMember: (conversationId, userId) => memberOf(conversationId, userId) !== null,
      isBlocked: (userId, otherId) => this.tables.blockedAmong(userId, [otherId]).length > 0,
      stored: (id) => {
        const row = this.tables.message(id);
        return row ? comparable(row) : null;
      },
      quoted: (id) => this.tables.message(id),
      isInDoubt: () => false,
    };
  }

  private refuseBlockedPeer({ directKey }: ConversationRow, userId: string): void {
    const peer = peerOf(directKey, userId);
    refuseBlocked(peer === null ? [] : this.tables.blockedAmong(userId, [peer]));
  }
}

function updateLog(conversation: ConversationRow, log: AppendedLog | undefined): void {
  if (log) Object.assign(conversation, { rev: log.rev, activeAt: log.activeAt });
}

/** @returns false when the change has no effect */
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
    const others = users.filter((user) => user !== userId);
    if (others.length > 0) message.reactions.set(emoji, others);
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
