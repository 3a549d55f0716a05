import { Module } from '@nestjs/common';

import { BlocksModule } from '../blocks/blocks.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationStore } from './conversations.store.js';
import { MembersController } from '../members/members.controller.js';
import { MembersService } from '../members/members.service.js';
import { MemberStateController } from '../members/member-state.controller.js';
import { MemberStateRepository } from '../members/member-state.repository.js';
import { MemberStateService } from '../members/member-state.service.js';
import { MemberStateStore } from '../members/member-state.store.js';
import { PresenceRepository } from '../presence/presence.repository.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceStore } from '../presence/presence.store.js';
import { ConversationPurgeRepository } from './conversation-purge.repository.js';
import { ConversationPurgeService } from './conversation-purge.service.js';

@Module({
  imports: [BlocksModule, UsersModule],
  controllers: [ConversationsController, MembersController, MemberStateController],
  providers: [
    ConversationsService,
    MembersService,
    MemberStateService,
    PresenceService,
    ConversationPurgeRepository,
    ConversationPurgeService,
    { provide: PresenceStore, useClass: PresenceRepository },
    { provide: MemberStateStore, useClass: MemberStateRepository },
    { provide: ConversationStore, useClass: ConversationsRepository },
  ],
  exports: [ConversationsService, MembersService, MemberStateService, PresenceService, ConversationStore],
})
export class ConversationsModule {}
