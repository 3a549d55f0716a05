import type { Stored } from '../common/event-bus.js';
import type { DomainEvent } from '../domain-events.js';
import type { ConversationView, SharedConversationView } from '../read-models/conversation.view.dto.js';
import type { ConversationType, Membership, Standing } from './conversation.js';

export interface NewConversation {
  readonly id: string;
  readonly type: ConversationType;
  readonly title: string | null;
  readonly topic: string | null;
  /** Null for the rooms that a server creates when it starts. */
  readonly createdBy: string | null;
  /** The first members, the creator among them. */
  readonly members: readonly Membership[];
  readonly createdAt: Date;
}

/** The result of {@link ConversationStore.create}. */
export interface CreateResult {
  /** False when the conversation existed before. */
  readonly created: boolean;
  readonly id: string;
  /** The views of all members of a created conversation; of an existing one that of the creator, if still a member. */
  readonly views: ReadonlyMap<string, ConversationView>;
}

/** The title and topic of a conversation. */
export interface Details {
  readonly title: string | null;
  readonly topic: string | null;
}

/** The target, the actor and the time of a new title or topic. */
export interface RenameCommand {
  readonly id: string;
  readonly actorId: string;
  readonly now: Date;
}

/** The position of a page in a list that is ordered by a text or time, then by id. */
export type PageStart = readonly [sortKey: string, id: string] | null;

/** Conversations. A write takes its `rev` and publishes its events in that order, before its promise resolves. */
export abstract class ConversationStore {
  /**
   * Stores a conversation and its first members at `rev` 1, and publishes `conversation.added` for each member. If the id
   * exists, or the pair has a direct conversation, returns that one and publishes nothing.
   * @throws DomainError `not_found` for a member who is unknown or deleted, `blocked` for one with a block to or from the
   *   creator, `id_conflict` for the id of a deleted conversation
   */
  abstract create(conversation: NewConversation): Promise<Stored<CreateResult, DomainEvent>>;

  /** A conversation with a user's membership. */
  abstract standing(id: string, userId: string): Promise<Standing | null>;

  /** A conversation as a user sees it, member or not. */
  abstract view(id: string, userId: string): Promise<ConversationView | null>;

  /** A user's conversations, latest activity first. @param after time of the last activity, and id */
  abstract inbox(userId: string, archived: boolean, after: PageStart, limit: number): Promise<ConversationView[]>;

  /** Rooms by title, whose title begins with a folded prefix, as a user sees them. @param after folded title, and id */
  abstract discover(prefix: string, userId: string, after: PageStart, limit: number): Promise<ConversationView[]>;

  /**
   * Changes title and topic to the result of `decide`, and publishes `conversation.updated`. Equal values change nothing.
   * @returns null when there is no such conversation
   */
  abstract rename(
    command: RenameCommand,
    decide: (standing: Standing) => Details,
  ): Promise<Stored<SharedConversationView | null, DomainEvent>>;

  /**
   * Deletes a conversation with its members and messages unless `authorise` throws, and publishes `conversation.deleted`.
   * @returns false when there is no such conversation
   */
  abstract delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
  ): Promise<Stored<boolean, DomainEvent>>;
}
