import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError, invalidField } from '../common/domain-error.js';
import { newId } from '../common/ids.js';
import { PAGE } from '../common/pagination.js';
import {
  authoriseMember,
  isVisible,
  type Membership,
  noSuchConversation,
  type Standing,
} from '../conversations/conversation.js';
import { ConversationStore } from '../conversations/conversations.store.js';
import { RateLimiter, rateLimited } from '../infrastructure/rate-limits/rate-limiter.js';
import { type MessageView, UNCHANGED } from '../read-models/message.view.dto.js';
import {
  authoriseDelete,
  authoriseEdit,
  authoriseReaction,
  isRepetition,
  type MessageChange,
  messageText,
  metadataJson,
  type NewMessage,
  pageBounds,
  reactionEmoji,
  type StoredMessage,
} from './message.js';
import {
  type EditMessage,
  type ListMessages,
  type MessagePageView,
  type MessageRef,
  type React,
  type SendMessage,
  storedMessage,
} from './messages.dto.js';
import { MessageStore } from './messages.store.js';

type NewSend = Omit<NewMessage, 'createdAt'>;

/** Sends, changes and reads messages. The store publishes the events. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly messages: MessageStore,
    private readonly conversations: ConversationStore,
    private readonly clock: Clock,
    private readonly limits: RateLimiter,
  ) {}

  /**
   * Stores a message. A send that repeats a stored message returns it, publishes nothing and costs nothing, also when
   * the rate limit is exhausted.
   * @returns `created` is false for a repeated send
   * @throws DomainError `rate_limited`, `validation_failed`, `not_found`, `not_a_member`, `blocked`, `id_conflict`
   */
  async send(actor: Actor, command: SendMessage): Promise<{ created: boolean; message: MessageView }> {
    const send = {
      id: command.id ?? newId(),
      conversationId: command.conversationId,
      senderId: actor.userId,
      text: messageText(command.text),
      replyToId: command.replyToId ?? null,
      mentions: command.mentions ?? [],
      metadata: command.metadata == null ? null : metadataJson(command.metadata),
    };
    const waitMs = this.limits.spend('send', actor.userId);
    const { created, message } =
      waitMs > 0
        ? { created: false, message: await this.repeated(send, waitMs) }
        : await this.append({ ...send, createdAt: this.clock.now() });
    if (created) return { created, message };
    const standing = await this.conversations.standing(message.conversationId, actor.userId);
    return { created, message: standing?.membership ? message : asSent(message, send) };
  }

  /** Replaces the text; the same text changes nothing. @throws DomainError */
  edit(actor: Actor, command: EditMessage): Promise<MessageView> {
    const text = messageText(command.text);
    return this.change(actor, command.id, (message) => {
      authoriseEdit(message, actor.userId);
      return message.text === text ? null : { kind: 'edit', text };
    });
  }

  /** Replaces the message by a tombstone; deleting twice changes nothing. @throws DomainError */
  delete(actor: Actor, { id }: MessageRef): Promise<MessageView> {
    return this.change(actor, id, (message, membership) => {
      authoriseDelete(message, membership);
      return message.deleted ? null : { kind: 'delete' };
    });
  }

  /** Adds a reaction; the same reaction twice changes nothing. @throws DomainError */
  react(actor: Actor, command: React): Promise<MessageView> {
    return this.changeReaction(actor, command, 'react');
  }

  /** Removes the actor's reaction; without one, nothing changes. @throws DomainError */
  unreact(actor: Actor, command: React): Promise<MessageView> {
    return this.changeReaction(actor, command, 'unreact');
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
      throw invalidField('before', 'oneOf', 'set at most one of `before`, `after` and `around`');
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
    if (!standing) throw noSuchMessage();
    authoriseReader(standing);
    return message;
  }

  /** A repetition causes no event, and its cost is refunded. */
  private async append(message: NewMessage): Promise<{ created: boolean; message: MessageView }> {
    const { result, events } = await this.messages.append(message);
    const created = events.length > 0;
    if (!created) this.limits.refund('send', message.senderId);
    return { created, message: result };
  }

  /** The stored message of a repeated send beyond the rate limit. @throws DomainError `rate_limited` for any other send */
  private async repeated(send: NewSend, waitMs: number): Promise<MessageView> {
    const stored = this.limits.spend('repeat', send.senderId) > 0 ? null : await this.messages.byId(send.id);
    if (stored && isRepetition(storedMessage(stored), send)) return stored;
    throw rateLimited(waitMs);
  }

  private changeReaction(actor: Actor, command: React, kind: 'react' | 'unreact'): Promise<MessageView> {
    const emoji = reactionEmoji(command.emoji);
    return this.change(actor, command.id, (message) => {
      authoriseReaction(message);
      return { kind, emoji };
    });
  }

  private async change(
    actor: Actor,
    id: string,
    decide: (message: StoredMessage, membership: Membership) => MessageChange | null,
  ): Promise<MessageView> {
    const { result } = await this.messages.change(id, actor.userId, this.clock.now(), (message, standing) =>
      decide(message, authoriseReader(standing)),
    );
    if (!result) throw noSuchMessage();
    return result;
  }

  private async lastSeqFor(actor: Actor, conversationId: string): Promise<number> {
    const standing = await this.conversations.standing(conversationId, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
    return standing.conversation.lastSeq;
  }
}

/** The actor's membership. A message of an invisible conversation does not exist for the actor. @throws DomainError */
function authoriseReader(standing: Standing): Membership {
  if (!isVisible(standing.conversation.type, standing.membership !== null)) throw noSuchMessage();
  return authoriseMember(standing);
}

function noSuchMessage(): DomainError {
  return new DomainError('not_found', 'There is no such message.');
}

/** A stored message for a sender who has left since: as they sent it, without later changes. */
function asSent(stored: MessageView, { text }: NewSend): MessageView {
  const isTouched = stored.editedAt !== null || stored.deletedAt !== null || stored.reactions.length > 0;
  const replyTo = stored.replyTo && { ...stored.replyTo, preview: '' };
  if (!isTouched) return { ...stored, replyTo };
  // The first `rev` is not stored. It was at least `seq`, and clients ignore a lower `rev` than they know.
  return { ...stored, replyTo, text, rev: stored.seq, reactions: [], ...UNCHANGED };
}
