import { Flag, Free, Id, Ids, Nested, NestedList, OneOf, Text, Time, Whole } from '../common/field.decorators.js';
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
  @Id()
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
  @Id()
  userId!: string;

  @Time()
  blockedAt!: string;
}

export class ExportedMembershipView {
  @Id()
  conversationId!: string;

  @OneOf(CONVERSATION_TYPES)
  type!: string;

  @Text({ nullable: true })
  title!: string | null;

  @Flag({ description: 'Whether you made it.' })
  created!: boolean;

  @OneOf(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Time({ nullable: true, description: 'Null while you are in it.' })
  leftAt!: string | null;

  @Whole()
  readSeq!: number;

  @Whole()
  deliveredSeq!: number;

  @Time({ nullable: true })
  mutedUntil!: string | null;

  @Flag()
  pinned!: boolean;

  @Flag()
  archived!: boolean;
}

export class ExportedMessageView {
  @Id()
  id!: string;

  @Id()
  conversationId!: string;

  @Whole({ min: 1 })
  seq!: number;

  @Text({ description: 'Empty once deleted.' })
  text!: string;

  @Whole({ nullable: true, description: 'The `seq` of the message that it answers.' })
  replyToSeq!: number | null;

  @Ids({ max: 50 })
  mentions!: string[];

  @Free({ nullable: true })
  metadata!: Record<string, unknown> | null;

  @Time()
  createdAt!: string;

  @Time({ nullable: true })
  editedAt!: string | null;

  @Time({ nullable: true })
  deletedAt!: string | null;
}

export class ExportedReactionView {
  @Id()
  conversationId!: string;

  @Whole({ min: 1, description: 'Of the message.' })
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
