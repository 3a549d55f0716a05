import type { Conversation, ConversationType, Membership, Role, Standing } from '../conversations/conversation.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import type { StoredMember } from '../read-models/member.view.dto.js';

/** One change of one member; each takes one `rev`. */
export type MemberChange =
  | { readonly kind: 'join' | 'role'; readonly userId: string; readonly role: Role }
  | { readonly kind: 'leave'; readonly userId: string };

/** The facts that a change of members is decided on. */
export interface MemberFacts {
  readonly standing: Standing;
  /** The memberships of the targets, without entries for outsiders. */
  readonly targets: ReadonlyMap<string, Membership>;
  /** The targets with a block to or from the actor. */
  readonly blocked: readonly string[];
  /** The next owner, while the actor is the owner: the longest-standing admin, else member. */
  readonly successor: Membership | null;
}

/** A change with the `rev` that it takes. */
export type NumberedChange = MemberChange & { readonly rev: number };

/** The effect of changes on a conversation. */
export interface MemberPlan {
  readonly changes: readonly NumberedChange[];
  readonly rev: number;
  readonly memberCount: number;
  readonly joining: readonly string[];
  /** The last member leaves, and the conversation is deleted. */
  readonly deleted: boolean;
}

/** Member changes as stored, in the order of `rev`. */
export interface StoredMemberChanges {
  readonly changes: readonly (NumberedChange & { readonly member: StoredMember | null })[];
  /** The changed users who have a block with any user. */
  readonly inBlocks: readonly string[];
  /** The conversation as each joined user sees it. */
  readonly added: ReadonlyMap<string, ConversationView>;
  /** Whether the conversation was deleted with its last member. */
  readonly deleted: boolean;
}

/** Numbers the changes from the conversation's next `rev`, and counts the members that remain. */
export function planMemberChanges(conversation: Conversation, changes: readonly MemberChange[]): MemberPlan {
  const joining = changes.filter(({ kind }) => kind === 'join').map(({ userId }) => userId);
  const leaving = changes.filter(({ kind }) => kind === 'leave').length;
  const memberCount = conversation.memberCount + joining.length - leaving;
  return {
    changes: changes.map((change, index) => ({ ...change, rev: conversation.rev + index + 1 })),
    rev: conversation.rev + changes.length,
    memberCount,
    joining,
    deleted: changes.length > 0 && isAbandoned(conversation.type, memberCount),
  };
}

/** Groups and direct conversations are deleted with their last member; rooms stay, for users to join. */
export const isAbandoned = (type: ConversationType, memberCount: number): boolean =>
  type !== 'room' && memberCount === 0;
