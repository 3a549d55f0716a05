import { Module } from '@nestjs/common';

import { UsersModule } from '../users/users.module.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationStore } from './conversations.store.js';
import { MembersController } from '../members/members.controller.js';
import { MembersService } from '../members/members.service.js';
import { OwnStateController } from '../members/member-state.controller.js';
import { OwnStateRepository } from '../members/member-state.repository.js';
import { OwnStateService } from '../members/member-state.service.js';
import { OwnStateStore } from '../members/member-state.store.js';
import { PresenceRepository } from '../presence/presence.repository.js';
import { PresenceService } from '../presence/presence.service.js';
import { PresenceStore } from '../presence/presence.store.js';
import { PurgeRepository } from './conversation-purge.repository.js';
import { PurgeService } from './conversation-purge.service.js';

@Module({
  imports: [UsersModule],
  controllers: [ConversationsController, MembersController, OwnStateController],
  providers: [
    ConversationsService,
    MembersService,
    OwnStateService,
    PresenceService,
    PurgeRepository,
    PurgeService,
    { provide: PresenceStore, useClass: PresenceRepository },
    { provide: OwnStateStore, useClass: OwnStateRepository },
    { provide: ConversationStore, useClass: ConversationsRepository },
  ],
  exports: [ConversationsService, MembersService, OwnStateService, PresenceService, ConversationStore],
})
export class ConversationsModule {}
