import { Bool, Enum, Int, NestedList, Text, Time, UuidField, UuidList } from '../common/field.decorators.js';
import { PAGE } from '../common/pagination.js';
import { CONVERSATION_TYPES, ROLES } from '../conversations/conversation.js';
import { MemberView } from '../read-models/member.view.dto.js';

export class AddMembers {
  @UuidList({ min: 1, max: PAGE.max })
  userIds!: string[];
}

export class ChangeRole {
  @Enum(ROLES)
  role!: 'owner' | 'admin' | 'member';
}

export class MemberListView {
  @NestedList(() => MemberView)
  items!: MemberView[];
}

export class MemberPageView extends MemberListView {
  @Text({ nullable: true })
  nextCursor!: string | null;
}

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
