import { Bool, UuidField, UuidList, Nested, NestedList, Enum, Text, Time, Int } from '../common/field.decorators.js';
import { PAGE } from '../common/pagination.js';
import { PageQuery } from '../common/pagination.dto.js';
import { UserView } from '../users/users.dto.js';
import { CONVERSATION_TYPES, GROUP_MAX, ROLES, TITLE_MAX, TOPIC_MAX } from './conversation.js';
import { MessageView } from '../read-models/message.view.dto.js';

/** What a `seq` or `rev` may be. */
export const SEQ_MAX = 2 ** 31 - 1;

export class CreateConversation {
  @UuidField({ optional: true, description: 'Made by the client, so that a retry makes no second conversation.' })
  id?: string;

  @Enum(CONVERSATION_TYPES)
  type!: 'direct' | 'group' | 'room';

  @Text({
    max: TITLE_MAX * 4,
    optional: true,
    nullable: true,
    description: `1–${TITLE_MAX} characters; required for a room.`,
  })
  title?: string | null;

  @Text({ max: TOPIC_MAX * 4, optional: true, nullable: true, description: `At most ${TOPIC_MAX} characters.` })
  topic?: string | null;

  @UuidList({
    max: GROUP_MAX,
    optional: true,
    description: 'The other members: exactly one for a direct conversation.',
  })
  memberIds?: string[];
}

export class UpdateConversation {
  @Text({
    max: TITLE_MAX * 4,
    optional: true,
    nullable: true,
    description: `1–${TITLE_MAX} characters; a group may have none.`,
  })
  title?: string | null;

  @Text({ max: TOPIC_MAX * 4, optional: true, nullable: true, description: `At most ${TOPIC_MAX} characters.` })
  topic?: string | null;
}

export class InboxQuery extends PageQuery {
  @Bool({ optional: true, description: '`true` for the archive in place of the inbox.' })
  archived?: boolean;
}

export class AddMembers {
  @UuidList({ min: 1, max: PAGE.max })
  userIds!: string[];
}

export class ChangeRole {
  @Enum(ROLES)
  role!: 'owner' | 'admin' | 'member';
}

/** Changes of one's own view of a conversation: what is left out stays. */
export class UpdateOwnState {
  @Time({ optional: true, nullable: true, description: 'No notifications until then; null for notifications.' })
  mutedUntil?: string | null;

  @Bool({ optional: true })
  pinned?: boolean;

  @Bool({ optional: true, description: 'Holds until the next message.' })
  archived?: boolean;
}

export class MarkerBody {
  @Int({ min: 0, max: SEQ_MAX, description: 'Up to and including this `seq`.' })
  seq!: number;
}

export class MoveMarker extends MarkerBody {
  @UuidField()
  conversationId!: string;
}

/** One's own markers. */
export class MarkersView {
  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;

  @Int({ description: '`lastSeq - readSeq`.' })
  unreadCount!: number;
}

/** A conversation named by a socket command. */
export class ConversationRef {
  @UuidField()
  conversationId!: string;
}

/** One's own place in a conversation. */
export class OwnMembershipView extends MarkersView {
  @Enum(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Time({ nullable: true })
  mutedUntil!: string | null;

  @Bool()
  pinned!: boolean;

  @Bool({ description: 'Holds until the next message.' })
  archived!: boolean;
}

/** What a conversation is to everybody in it. */
export class SharedConversationView {
  @UuidField()
  id!: string;

  @Enum(CONVERSATION_TYPES)
  type!: string;

  @Text({ nullable: true })
  title!: string | null;

  @Text({ nullable: true })
  topic!: string | null;

  @UuidField({ nullable: true, description: 'Null for the rooms that exist from the start.' })
  createdBy!: string | null;

  @Time()
  createdAt!: string;

  @Time({ description: 'When its title or topic last changed.' })
  updatedAt!: string;

  @Int({ description: 'The `seq` of its last message.' })
  lastSeq!: number;

  @Int({ description: 'The number of its last change.' })
  rev!: number;

  @Int()
  memberCount!: number;

  @Nested(() => MessageView, { nullable: true, description: 'Null for a room that you have not joined.' })
  lastMessage!: MessageView | null;
}

/** A conversation as one user sees it. */
export class ConversationView extends SharedConversationView {
  @Nested(() => UserView, { nullable: true, description: 'The other one of a direct conversation.' })
  peer!: UserView | null;

  @Nested(() => OwnMembershipView, { nullable: true, description: 'Null for a room that you have not joined.' })
  me!: OwnMembershipView | null;
}

export class ConversationPageView {
  @NestedList(() => ConversationView)
  items!: ConversationView[];

  @Text({ nullable: true })
  nextCursor!: string | null;
}

/** Someone’s place in a conversation, as its members see it. */
export class MemberView {
  @UuidField()
  conversationId!: string;

  @Nested(() => UserView)
  user!: UserView;

  @Enum(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;

  @Bool({ description: 'As of this answer.' })
  online!: boolean;

  @Int({ min: 1, description: 'The change of the conversation that last touched this member.' })
  rev!: number;
}

export class MemberListView {
  @NestedList(() => MemberView)
  items!: MemberView[];
}

export class MemberPageView extends MemberListView {
  @Text({ nullable: true })
  nextCursor!: string | null;
}
