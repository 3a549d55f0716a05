import { DomainError, invalidField } from '../common/domain-error.js';
import {
  authoriseMember,
  type ConversationType,
  type Membership,
  noSuchConversation,
  peerOf,
  refuseBlocked,
} from '../conversations/conversation.js';
import { isRepetition, type NewMessage, type StoredMessage } from './message.js';

/** The part of a conversation that decides on a send, before the batch. */
export interface AppendTarget {
  readonly type: ConversationType;
  /** See `directKey`; null unless the conversation is direct. */
  readonly directKey: string | null;
  readonly lastSeq: number;
  readonly rev: number;
}

/** The stored data that sends are decided on, read inside the transaction that stores them. */
export interface AppendFacts {
  readonly conversation: (id: string) => AppendTarget | null;
  readonly membership: (conversationId: string, userId: string) => Membership | null;
  /** Whether a mentioned user is a member. */
  readonly isMember: (conversationId: string, userId: string) => boolean;
  /** Whether one of two users blocks the other. */
  readonly isBlocked: (userId: string, otherId: string) => boolean;
  /** The message that has the id of a send. */
  readonly stored: (id: string) => StoredMessage | null;
  /** A message that a send replies to. */
  readonly quoted: (id: string) => { readonly conversationId: string; readonly seq: number } | null;
  /** Whether the send with that id may be stored without a published event. */
  readonly isInDoubt: (id: string) => boolean;
}

/** A message with its numbers, to be inserted. */
export interface AppendedMessage extends NewMessage {
  readonly seq: number;
  readonly rev: number;
  readonly replyToSeq: number | null;
}

/** The new counters of a conversation. */
export interface AppendedLog {
  readonly lastSeq: number;
  readonly rev: number;
  /** The time of its newest message. */
  readonly activeAt: Date;
}

/** A send that is stored, now or before. */
interface AcceptedSend {
  readonly id: string;
  /** Whether `message.created` is published for this send: once for each id. */
  readonly isNew: boolean;
}

/** The writes of a batch of sends, and the outcome of each send in the order of the sends. */
export interface AppendPlan {
  readonly outcomes: readonly (AcceptedSend | DomainError)[];
  readonly messages: readonly AppendedMessage[];
  /** The conversations that grow, by id. */
  readonly logs: ReadonlyMap<string, AppendedLog>;
}

/**
 * Decides which sends are stored and numbers them. A send is refused for an unknown conversation, an outsider, a block in
 * a direct conversation, a reply to no message of the conversation, a mention of a user who is no member, or an id that
 * another message has. A send that repeats a stored message is accepted without any of these checks, and stores nothing.
 */
export function planAppend(facts: AppendFacts, sends: readonly NewMessage[]): AppendPlan {
  const batch = new AppendBatch(facts);
  return { outcomes: sends.map((send) => batch.accept(send)), messages: batch.messages, logs: batch.logs };
}

class AppendBatch {
  readonly logs = new Map<string, AppendedLog>();
  private readonly appended = new Map<string, AppendedMessage>();
  private readonly accepted = new Set<string>();

  constructor(private readonly facts: AppendFacts) {}

  get messages(): readonly AppendedMessage[] {
    return [...this.appended.values()];
  }

  accept(send: NewMessage): AcceptedSend | DomainError {
    try {
      const isStored = this.isStored(send);
      if (!isStored) this.append(send);
      const isNew = (!isStored || this.facts.isInDoubt(send.id)) && !this.accepted.has(send.id);
      this.accepted.add(send.id);
      return { id: send.id, isNew };
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  }

  /** @throws DomainError `id_conflict` where another message has the id */
  private isStored(send: NewMessage): boolean {
    const appended = this.appended.get(send.id);
    const stored = appended ? { ...appended, edited: false, deleted: false } : this.facts.stored(send.id);
    if (!stored) return false;
    if (isRepetition(stored, send)) return true;
    throw new DomainError('id_conflict', 'Another message has that id.');
  }

  private append(send: NewMessage): void {
    const { id, conversationId, senderId, createdAt } = send;
    const conversation = this.facts.conversation(conversationId);
    if (!conversation) throw noSuchConversation();
    authoriseMember({ conversation, membership: this.facts.membership(conversationId, senderId) });
    const peerId = peerOf(conversation.directKey, senderId);
    if (peerId !== null && this.facts.isBlocked(senderId, peerId)) refuseBlocked([peerId]);
    const replyToSeq = this.replyToSeq(send);
    if (!send.mentions.every((userId) => this.facts.isMember(conversationId, userId))) {
      throw invalidField('mentions', 'member', 'must name members of the conversation');
    }
    const { lastSeq, rev } = this.logs.get(conversationId) ?? conversation;
    this.appended.set(id, { ...send, seq: lastSeq + 1, rev: rev + 1, replyToSeq });
    this.logs.set(conversationId, { lastSeq: lastSeq + 1, rev: rev + 1, activeAt: createdAt });
  }

  private replyToSeq({ conversationId, replyToId }: NewMessage): number | null {
    if (replyToId === null) return null;
    const quoted = this.appended.get(replyToId) ?? this.facts.quoted(replyToId);
    if (quoted?.conversationId === conversationId) return quoted.seq;
    throw new DomainError('not_found', 'There is no such message to reply to.');
  }
}
