import { Bool, UuidField, Nested, Enum, Text, Time, Int } from '../common/field.decorators.js';
import { CONVERSATION_TYPES, ROLES } from '../conversations/conversation.js';
import { UserView } from '../users/users.dto.js';
import { MessageView } from './message.view.dto.js';

/** One's own markers. */
export class MarkersView {
  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;

  @Int({ description: '`lastSeq - readSeq`.' })
  unreadCount!: number;
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
