import { Bool, UuidField, Nested, Enum, Time, Int } from '../common/field.decorators.js';
import { ROLES } from '../conversations/conversation.js';
import { UserView } from '../users/users.dto.js';

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

/** A member as stored: the presence of the user is known to the nodes, not to the database. */
export type StoredMember = Omit<MemberView, 'online'>;
