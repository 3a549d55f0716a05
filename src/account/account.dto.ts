import {
  Bool,
  JsonObject,
  UuidField,
  UuidList,
  Nested,
  NestedList,
  Enum,
  Text,
  Time,
  Int,
} from '../common/field.decorators.js';
import { CONVERSATION_TYPES, ROLES } from '../conversations/conversation.js';
import { OwnUserView } from '../users/users.dto.js';

/** The end of an account: whoever holds the phone must know the password too. */
export class DeleteAccount {
  @Text({ min: 1, max: 128 })
  password!: string;
}

export class ExportedUserView extends OwnUserView {
  @Time({ nullable: true })
  lastSeenAt!: string | null;
}

export class ExportedSessionView {
  @UuidField()
  id!: string;

  @Text({ nullable: true })
  deviceId!: string | null;

  @Text({ nullable: true })
  deviceName!: string | null;

  @Text()
  platform!: string;

  @Time()
  createdAt!: string;

  @Time()
  lastSeenAt!: string;

  @Time({ nullable: true })
  endedAt!: string | null;
}

export class ExportedBlockView {
  @UuidField()
  userId!: string;

  @Time()
  blockedAt!: string;
}

export class ExportedMembershipView {
  @UuidField()
  conversationId!: string;

  @Enum(CONVERSATION_TYPES)
  type!: string;

  @Text({ nullable: true })
  title!: string | null;

  @Bool({ description: 'Whether you made it.' })
  created!: boolean;

  @Enum(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Time({ nullable: true, description: 'Null while you are in it.' })
  leftAt!: string | null;

  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;

  @Time({ nullable: true })
  mutedUntil!: string | null;

  @Bool()
  pinned!: boolean;

  @Bool()
  archived!: boolean;
}

export class ExportedMessageView {
  @UuidField()
  id!: string;

  @UuidField()
  conversationId!: string;

  @Int({ min: 1 })
  seq!: number;

  @Text({ description: 'Empty once deleted.' })
  text!: string;

  @Int({ nullable: true, description: 'The `seq` of the message that it answers.' })
  replyToSeq!: number | null;

  @UuidList({ max: 50 })
  mentions!: string[];

  @JsonObject({ nullable: true })
  metadata!: Record<string, unknown> | null;

  @Time()
  createdAt!: string;

  @Time({ nullable: true })
  editedAt!: string | null;

  @Time({ nullable: true })
  deletedAt!: string | null;
}

export class ExportedReactionView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'Of the message.' })
  seq!: number;

  @Text()
  emoji!: string;
}

/** Everything that is held on a user. */
export class ExportView {
  @Time()
  exportedAt!: string;

  @Nested(() => ExportedUserView)
  user!: ExportedUserView;

  @NestedList(() => ExportedSessionView)
  sessions!: ExportedSessionView[];

  @NestedList(() => ExportedBlockView)
  blocks!: ExportedBlockView[];

  @NestedList(() => ExportedMembershipView, { description: 'Those that you left, too.' })
  conversations!: ExportedMembershipView[];

  @NestedList(() => ExportedMessageView, { description: 'What you wrote.' })
  messages!: ExportedMessageView[];

  @NestedList(() => ExportedReactionView)
  reactions!: ExportedReactionView[];
}
