import type { MessageView } from '../conversations/message-view.dto.js';

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
   * @throws DomainError `not_found` or `not_a_member` for an outsider, `not_found` for a reply to nothing,
   *   `validation_failed` for a mention of somebody who is no member, `id_conflict`
   */
  abstract append(message: NewMessage): Promise<{ created: boolean; message: MessageView }>;

  /** Messages of a conversation from `first` to `last`, ascending. */
  abstract range(conversationId: string, first: number, last: number): Promise<MessageView[]>;

  abstract byId(id: string): Promise<MessageView | null>;
}
