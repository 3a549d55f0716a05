import { Bool, UuidField, UuidList, NestedList, Enum, Text, Time, Int } from '../common/field.decorators.js';
import { PAGE } from '../common/pagination.js';
import { SEQ_MAX } from '../common/sequence.js';
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

export class MemberListView {
  @NestedList(() => MemberView)
  items!: MemberView[];
}

export class MemberPageView extends MemberListView {
  @Text({ nullable: true })
  nextCursor!: string | null;
}
