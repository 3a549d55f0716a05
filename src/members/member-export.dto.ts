import { Bool, UuidField, Enum, Text, Time, Int } from '../common/field.decorators.js';
import { CONVERSATION_TYPES, ROLES } from '../conversations/conversation.js';

/** A current or former membership in the export of an account. */
export class ExportedMembershipView {
  @UuidField()
  conversationId!: string;

  @Enum(CONVERSATION_TYPES)
  type!: string;

  @Text({ nullable: true })
  title!: string | null;

  @Bool({ description: 'Whether you created it.' })
  created!: boolean;

  @Enum(ROLES)
  role!: string;

  @Time()
  joinedAt!: string;

  @Time({ nullable: true, description: 'Null while you are a member.' })
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
