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
import { ExportedBlockView } from '../blocks/block-export.dto.js';
import { ExportedSessionView } from '../sessions/session-export.dto.js';
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

/** All data of a user. */
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

/** The lists of an {@link ExportView}, in the order of the JSON. Each is exported by the owner of its table. */
export const EXPORT_SECTIONS = [
  'sessions',
  'blocks',
  'conversations',
  'messages',
  'reactions',
] as const satisfies readonly (keyof ExportView)[];
