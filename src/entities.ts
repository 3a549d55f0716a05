import { EmailTokenEntity } from './account-recovery/email-token.entity.js';
import { BlockEntity } from './blocks/block.entity.js';
import { ConversationEntity } from './conversations/conversation.entity.js';
import { DeletedConversationEntity } from './conversations/conversation.entity.js';
import type { EntityList } from './infrastructure/database/data-source.js';
import { MemberEntity } from './members/member.entity.js';
import { MessageEntity } from './messages/message.entity.js';
import { ReactionEntity } from './messages/reaction.entity.js';
import { SearchCheckpointEntity } from './search/search-checkpoint.entity.js';
import { SessionEntity } from './sessions/session.entity.js';
import { UserEntity } from './users/user.entity.js';

/** The entities of all features. Wiring passes them to the database, which imports no feature. */
export const ENTITIES: EntityList = [
  UserEntity,
  BlockEntity,
  SessionEntity,
  ConversationEntity,
  MemberEntity,
  MessageEntity,
  ReactionEntity,
  SearchCheckpointEntity,
  DeletedConversationEntity,
  EmailTokenEntity,
];
