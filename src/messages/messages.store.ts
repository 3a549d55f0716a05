import type { Standing } from '../conversations/conversation.js';
import type { MessageView } from '../read-models/message.view.dto.js';

import type { MessageChange, StoredMessage } from './message.js';

/** A send whose content has been checked. */
export interface NewMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly text: string;
  readonly replyToId: string | null;
  readonly mentions: readonly string[];
  /** JSON of an object. */
  readonly metadata: string | null;
  readonly createdAt: Date;
}

/** What became of a send. */
export interface Sent {
  /** It is news to everybody; a repetition is not. */
  readonly created: boolean;
  readonly message: MessageView;
}

/** What became of a change. */
export interface Changed {
  readonly changed: boolean;
  readonly message: MessageView;
}

/**
 * Messages, each with a gapless `seq` and `rev` of its conversation. What changes something calls back once it is
 * durable, in the order of `rev` and before its promise is kept, so that what is announced leaves in that order.
 */
export abstract class MessageStore {
  /**
   * Stores a message as the next of its conversation and moves the sender's markers to it. The same id, sender and
   * conversation gives what is stored, and stores nothing.
   * @throws DomainError `not_found` or `not_a_member` for an outsider, `blocked` in a direct conversation, `not_found` for a reply to nothing,
   *   `validation_failed` for a mention of somebody who is no member, `id_conflict`
   */
  abstract append(message: NewMessage, stored?: (sent: Sent) => void): Promise<Sent>;

  /**
   * Changes a message to what `decide` returns, at the conversation's next `rev`; null changes nothing.
   * @returns null when there is no such message
   * @throws DomainError `conflict` for one emoji too many, `blocked` for an edit or reaction in a direct conversation
   */
  abstract change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
    stored?: (changed: Changed) => void,
  ): Promise<Changed | null>;

  /** Messages of a conversation from `first` to `last`, ascending. */
  abstract range(conversationId: string, first: number, last: number): Promise<MessageView[]>;

  abstract byId(id: string): Promise<MessageView | null>;
}
