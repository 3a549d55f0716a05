import type { Stored } from '../common/event-bus.js';
import type { Standing } from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import type { MessageChange, NewMessage, StoredMessage } from './message.js';

/**
 * Messages, each with a gapless `seq` and `rev` of its conversation. A write publishes its events in the order of `rev`,
 * before its promise resolves.
 */
export abstract class MessageStore {
  /**
   * Stores a message as the next of its conversation, moves the sender's markers to it, and causes `message.created`.
   * A send that repeats a stored message (`isRepetition`) returns that message, and causes no event.
   * @throws DomainError `not_found` or `not_a_member` for an outsider, `blocked` in a direct conversation, `not_found`
   *   for a reply to no message of the conversation, `validation_failed` for a mention of a user who is no member,
   *   `id_conflict` for another message with that id
   */
  abstract append(message: NewMessage): Promise<Stored<MessageView, DomainEvent>>;

  /**
   * Changes a message as `decide` returns, at the conversation's next `rev`, and causes `message.updated` or
   * `message.deleted`. Null changes nothing.
   * @returns null when there is no such message
   * @throws DomainError `conflict` for one emoji too many, `blocked` for an edit or reaction in a direct conversation
   */
  abstract change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
  ): Promise<Stored<MessageView | null, DomainEvent>>;

  /** The messages of a conversation from `seq` `first` to `last`, ascending. */
  abstract range(conversationId: string, first: number, last: number): Promise<MessageView[]>;

  abstract byId(id: string): Promise<MessageView | null>;
}

export const messageCreated = (message: MessageView): DomainEvent => ({
  name: 'message.created',
  event: { conversationId: message.conversationId, rev: message.rev, message },
});

export const messageChanged = ({ kind }: MessageChange, message: MessageView): DomainEvent => ({
  name: kind === 'delete' ? 'message.deleted' : 'message.updated',
  event: { conversationId: message.conversationId, rev: message.rev, message },
});
