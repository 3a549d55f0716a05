import type { ConversationType, Membership, Role, Standing } from './conversation.js';
import type { ConversationView, SharedConversationView } from '../read-models/conversation.view.dto.js';
import type { StoredMember } from '../read-models/member.view.dto.js';

export interface NewConversation {
  readonly id: string;
  readonly type: ConversationType;
  readonly title: string | null;
  readonly topic: string | null;
  /** Null for the rooms that exist from the start. */
  readonly createdBy: string | null;
  /** The first members, the creator among them. */
  readonly members: readonly Membership[];
  readonly createdAt: Date;
}

/** One change of one member; each takes one `rev`. */
export type MemberChange =
  | { readonly kind: 'join' | 'role'; readonly userId: string; readonly role: Role }
  | { readonly kind: 'leave'; readonly userId: string };

/** What became of a {@link NewConversation}. */
export interface Created {
  readonly created: boolean;
  readonly id: string;
  /** Those of all members when it was created, else that of the creator, if they are in what exists. */
  readonly views: ReadonlyMap<string, ConversationView>;
}

/** What became of a new title and topic. */
export interface UpdatedDetails {
  readonly changed: boolean;
  readonly conversation: SharedConversationView;
}

/** What {@link ConversationStore.changeMembers} did, in the order of `rev`. */
export interface MemberChanges {
  readonly changes: readonly (MemberChange & { readonly rev: number; readonly member: StoredMember | null })[];
  /** Those who changed and are in a block with anybody. */
  readonly inBlocks: readonly string[];
  /** The conversation as those who joined see it. */
  readonly added: ReadonlyMap<string, ConversationView>;
  /** The conversation ended with its last member. */
  readonly deleted: boolean;
}

/** What {@link ConversationStore.changeMembers} decides on. */
export interface MembersFound {
  readonly standing: Standing;
  /** The memberships of those asked for who are members. */
  readonly targets: ReadonlyMap<string, Membership>;
  /** Those asked for who are in a block with the actor. */
  readonly blocked: readonly string[];
  /** Who comes next when the owner leaves: the longest-standing admin, else member. */
  readonly successor: Membership | null;
}

/**
 * Conversations and their members. Each change takes its `rev`; it calls back once it is durable, in the order of `rev`
 * and before its promise is kept, so that what is announced leaves in that order.
 */
export abstract class ConversationStore {
  /**
   * Stores a conversation and its first members at `rev` 1, unless its id is taken or, for a direct one, the pair has
   * one: then the existing one is what comes back.
   * @throws DomainError `not_found` for a member who is unknown or deleted, `blocked` for one in a block with the creator,
   *   `id_conflict` for the id of one that was deleted
   */
  abstract create(conversation: NewConversation, stored?: (created: Created) => void): Promise<Created>;

  /** A conversation and a user's place in it. */
  abstract standing(id: string, userId: string): Promise<Standing | null>;

  /** A conversation as a user sees it, be they a member or not. */
  abstract view(id: string, userId: string): Promise<ConversationView | null>;

  /**
   * A user's conversations, latest activity first.
   * @param after last activity and id that the page starts after
   */
  abstract inbox(
    userId: string,
    archived: boolean,
    after: readonly [activeAt: string, id: string] | null,
    limit: number,
  ): Promise<ConversationView[]>;

  /**
   * Rooms whose title begins with a folded prefix, by title, as a user sees them.
   * @param after folded title and id that the page starts after
   */
  abstract discover(
    prefix: string,
    userId: string,
    after: readonly [title: string, id: string] | null,
    limit: number,
  ): Promise<ConversationView[]>;

  /** Members by standing. @param after `joinedAt` and user id that the page starts after */
  abstract members(
    id: string,
    after: readonly [joinedAt: string, userId: string] | null,
    limit: number,
  ): Promise<StoredMember[]>;

  /** Members among the users named, in any order. */
  abstract membersAmong(id: string, userIds: readonly string[]): Promise<StoredMember[]>;

  /** The ids of all conversations that a user is in. */
  abstract idsOf(userId: string): Promise<string[]>;

  /**
   * Changes title and topic to what `decide` returns; the same values change nothing.
   * @returns null when there is no such conversation
   */
  abstract rename(
    id: string,
    actorId: string,
    now: Date,
    decide: (standing: Standing) => { title: string | null; topic: string | null },
    stored?: (renamed: UpdatedDetails) => void,
  ): Promise<UpdatedDetails | null>;

  /**
   * Deletes a conversation with its members and messages, if `authorise` does not throw.
   * @returns false when there is no such conversation
   */
  abstract delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
    stored?: () => void,
  ): Promise<boolean>;

  /**
   * Applies the changes that `decide` returns. A group that is left without members is deleted.
   * @param targetIds whose memberships `decide` needs
   * @returns null when there is no such conversation
   * @throws DomainError `not_found` for someone to join who is unknown or deleted
   */
  abstract changeMembers(
    id: string,
    actorId: string,
    targetIds: readonly string[],
    now: Date,
    decide: (found: MembersFound) => readonly MemberChange[],
    stored?: (changes: MemberChanges) => void,
  ): Promise<MemberChanges | null>;
}
