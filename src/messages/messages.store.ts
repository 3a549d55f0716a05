import type { Standing } from '../conversations/conversation.js';
import type { MessageView } from '../conversations/message-view.dto.js';

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

/** Messages, each with a gapless `seq` and `rev` of its conversation. */
export abstract class MessageStore {
  /**
   * Stores a message as the next of its conversation and moves the sender's markers to it. The same id, sender and
   * conversation gives what is stored, and stores nothing.
   * @throws DomainError `not_found` or `not_a_member` for an outsider, `blocked` in a direct conversation, `not_found` for a reply to nothing,
   *   `validation_failed` for a mention of somebody who is no member, `id_conflict`
   */
  abstract append(message: NewMessage): Promise<{ created: boolean; message: MessageView }>;

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
  ): Promise<{ changed: boolean; message: MessageView } | null>;

  /** Messages of a conversation from `first` to `last`, ascending. */
  abstract range(conversationId: string, first: number, last: number): Promise<MessageView[]>;

  abstract byId(id: string): Promise<MessageView | null>;
}
