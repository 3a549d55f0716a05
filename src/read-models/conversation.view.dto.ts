import { Bool, UuidField, Nested, Enum, Text, Time, Int } from '../common/field.decorators.js';
import { CONVERSATION_TYPES, ROLES } from '../conversations/conversation.js';
import { UserView } from '../users/users.dto.js';
import { MessageView } from './message.view.dto.js';

/** The actor's markers. */
export class MarkersView {
  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;

  @Int({ description: '`lastSeq - readSeq`.' })
  unreadCount!: number;
}

/** The actor's membership with its private state. */
export class OwnMembershipView extends MarkersView {
  @Enum(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Time({ nullable: true })
  mutedUntil!: string | null;

  @Bool()
  pinned!: boolean;

  @Bool({ description: 'Ends with the next message.' })
  archived!: boolean;
}

/** The part of a conversation that is the same for all members. */
export class SharedConversationView {
  @UuidField()
  id!: string;

  @Enum(CONVERSATION_TYPES)
  type!: string;

  @Text({ nullable: true })
  title!: string | null;

  @Text({ nullable: true })
  topic!: string | null;

  @UuidField({ nullable: true, description: 'Null for rooms that the server created.' })
  createdBy!: string | null;

  @Time()
  createdAt!: string;

  @Time({ description: 'The time of the last change of title or topic.' })
  updatedAt!: string;

  @Int({ description: 'The `seq` of the last message.' })
  lastSeq!: number;

  @Int({ description: 'The number of the last change.' })
  rev!: number;

  @Int()
  memberCount!: number;

  @Nested(() => MessageView, { nullable: true, description: 'Null for a room that you have not joined.' })
  lastMessage!: MessageView | null;
}

/** A conversation as one user sees it. */
export class ConversationView extends SharedConversationView {
  @Nested(() => UserView, { nullable: true, description: 'The other member of a direct conversation.' })
  peer!: UserView | null;

  @Nested(() => OwnMembershipView, { nullable: true, description: 'Null for a room that you have not joined.' })
  me!: OwnMembershipView | null;
}
