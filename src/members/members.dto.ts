import { UuidList, NestedList, Enum, Text } from '../common/field.decorators.js';
import { PAGE } from '../common/pagination.js';
import { ROLES } from '../conversations/conversation.js';
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
