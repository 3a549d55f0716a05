import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError, invalidField } from '../common/domain-error.js';
import { PAGE } from '../common/paging.js';
import { Turns } from '../common/turns.js';
import { newId } from '../common/uuid.js';
import { authoriseMember, noSuchConversation } from '../conversations/conversation.js';
import { ConversationStore } from '../conversations/conversations.store.js';
import type { MessageView } from '../conversations/message-view.dto.js';
import { Events } from '../events.js';
import { messageText, metadataJson, pageBounds } from './message.js';
import type { ListMessages, MessagePageView, SendMessage } from './messages.dto.js';
import { MessageStore } from './messages.store.js';

/** Messages: sending them, and reading what was said. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly messages: MessageStore,
    private readonly conversations: ConversationStore,
    private readonly turns: Turns,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a message and announces it once it is durable. A repetition with the same id gives the stored message, and
   * announces nothing.
   * @throws DomainError `validation_failed`, `not_found`, `not_a_member`, `id_conflict`
   */
  async send(actor: Actor, command: SendMessage): Promise<{ created: boolean; message: MessageView }> {
    const message = {
      id: command.id ?? newId(),
      conversationId: command.conversationId,
      senderId: actor.userId,
      text: messageText(command.text),
      replyToId: command.replyToId ?? null,
      mentions: command.mentions ?? [],
      metadata: command.metadata == null ? null : metadataJson(command.metadata),
    };
    return this.turns.run(message.conversationId, async () => {
      const sent = await this.messages.append({ ...message, createdAt: this.clock.now() });
      if (sent.created) {
        const { conversationId, rev } = sent.message;
        this.events.publish('message.created', { conversationId, rev, message: sent.message });
      }
      return sent;
    });
  }

  /**
   * A page of history: the newest, or by one of `before`, `after` and `around`.
   * @throws DomainError `validation_failed`, `not_found`, `not_a_member`
   */
  async list(
    actor: Actor,
    { conversationId, before, after, around, limit = PAGE.default }: ListMessages,
  ): Promise<MessagePageView> {
    if ([before, after, around].filter((seq) => seq !== undefined).length > 1) {
      throw invalidField('before', 'oneOf', 'goes without `after` and `around`, and they without each other');
    }
    const lastSeq = await this.lastSeqFor(actor, conversationId);
    const { first, last } = pageBounds({ before, after, around, limit }, lastSeq);
    return {
      items: await this.messages.range(conversationId, first, last),
      hasBefore: Math.min(first, lastSeq + 1) > 1,
      hasAfter: last < lastSeq,
    };
  }

  /** One message. @throws DomainError `not_found`, `not_a_member` */
  async get(actor: Actor, id: string): Promise<MessageView> {
    const message = await this.messages.byId(id);
    if (!message) throw noSuchMessage();
    const standing = await this.conversations.standing(message.conversationId, actor.userId);
    if (!standing || (!standing.membership && standing.conversation.type !== 'room')) throw noSuchMessage();
    authoriseMember(standing);
    return message;
  }

  private async lastSeqFor(actor: Actor, conversationId: string): Promise<number> {
    const standing = await this.conversations.standing(conversationId, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    return standing.conversation.lastSeq;
  }
}

function noSuchMessage(): DomainError {
  return new DomainError('not_found', 'There is no such message.');
}
