import { DomainError, type ErrorCode } from '../../src/common/domain-error.js';
import {
  CONVERSATION_TYPES,
  type ConversationType,
  type Membership,
  type Role,
  ROLES,
  type Standing,
} from '../../src/conversations/conversation.js';

/** A role in a conversation, or none. */
export type Seat = Role | 'outsider';

/** The result of a rule: `ok`, or the code of the error that it throws. */
export type Outcome = ErrorCode | 'ok';

const SEATS: readonly Seat[] = [...ROLES, 'outsider'];

export const membership = (userId: string, seat: Seat): Membership | null =>
  seat === 'outsider' ? null : { userId, role: seat };

/** A conversation of three members, with the actor in the given seat. */
export const standing = (type: ConversationType, seat: Seat): Standing => ({
  conversation: {
    id: 'c',
    type,
    title: null,
    topic: null,
    createdBy: null,
    lastSeq: 0,
    rev: 1,
    memberCount: 3,
  },
  membership: membership('actor', seat),
  peerId: type === 'direct' ? 'peer' : null,
});

export function decide(rule: () => unknown): Outcome {
  try {
    rule();
    return 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** Rows of seat, type and outcome, from the outcomes of owner, admin, member and outsider for each type. */
export const outcomeTable = (table: Readonly<Record<ConversationType, readonly Outcome[]>>) =>
  CONVERSATION_TYPES.flatMap((type) =>
    SEATS.map((seat, index) => [seat, type, table[type][index] ?? 'internal'] as const),
  );
