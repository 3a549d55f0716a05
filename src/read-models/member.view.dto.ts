import { Bool, UuidField, Nested, Enum, Time, Int } from '../common/field.decorators.js';
import { ROLES } from '../conversations/conversation.js';
import { UserView } from '../users/users.dto.js';

/** A member of a conversation, as the other members see it. */
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

  @Bool({ description: 'At the time of the answer.' })
  online!: boolean;

  @Int({ min: 1, description: 'The `rev` of the last change of this member.' })
  rev!: number;
}

/** A member as stored: the presence of the user is known to the nodes, not to the database. */
export type StoredMember = Omit<MemberView, 'online'>;
