import { DomainError, invalidField } from '../../src/common/domain-error.js';
import { authoriseMember, noSuchConversation } from '../../src/conversations/conversation.js';
import type { MessageView } from '../../src/conversations/message-view.dto.js';
import { isRepetition } from '../../src/messages/message.js';
import { MessageStore, type NewMessage } from '../../src/messages/messages.store.js';
import type { ConversationRow, InMemoryWorld, MessageRow } from './in-memory-world.js';
import { messageView } from './views.js';

/** Nothing here waits, so every method is one transaction; what may throw comes before what changes. */
export class InMemoryMessageStore extends MessageStore {
  constructor(private readonly world: InMemoryWorld) {
    super();
  }

  override async append(message: NewMessage): Promise<{ created: boolean; message: MessageView }> {
    const stored = this.world.message(message.id);
    if (stored) {
      if (!isRepetition({ ...stored, edited: false, deleted: false }, message)) {
        throw new DomainError('id_conflict', 'That id names another message.');
      }
      return { created: false, message: messageView(this.world, stored) };
    }
    const conversation = this.world.conversations.get(message.conversationId);
    if (!conversation) throw noSuchConversation();
    const sender = this.world.memberOf(conversation, message.senderId);
    authoriseMember({ conversation, membership: sender });
    const { replyToId, ...content } = message;
    const added: MessageRow = {
      ...content,
      seq: conversation.messages.length + 1,
      rev: conversation.rev + 1,
      replyToSeq: replyToId === null ? null : quotedSeq(conversation, replyToId),
      mentions: this.mentioned(conversation, message.mentions),
    };
    conversation.messages.push(added);
    conversation.rev = added.rev;
    conversation.activeAt = message.createdAt;
    if (sender) Object.assign(sender, { readSeq: added.seq, deliveredSeq: added.seq });
    return { created: true, message: messageView(this.world, added) };
  }

  override async range(conversationId: string, first: number, last: number): Promise<MessageView[]> {
    const messages = this.world.conversations.get(conversationId)?.messages ?? [];
    return messages.filter(({ seq }) => seq >= first && seq <= last).map((message) => messageView(this.world, message));
  }

  override async byId(id: string): Promise<MessageView | null> {
    const found = this.world.message(id);
    return found && messageView(this.world, found);
  }

  private mentioned(conversation: ConversationRow, userIds: readonly string[]): readonly string[] {
    if (userIds.every((userId) => this.world.memberOf(conversation, userId) !== null)) return userIds;
    throw invalidField('mentions', 'member', 'must name members of the conversation');
  }
}

function quotedSeq({ messages }: ConversationRow, id: string): number {
  const quoted = messages.find((message) => message.id === id);
  if (!quoted) throw new DomainError('not_found', 'There is no such message to reply to.');
  return quoted.seq;
}
