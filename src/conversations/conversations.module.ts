import { Module } from '@nestjs/common';

import { UsersModule } from '../users/users.module.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationStore } from './conversations.store.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { OwnStateController } from './own-state.controller.js';
import { OwnStateRepository } from './own-state.repository.js';
import { OwnStateService } from './own-state.service.js';
import { OwnStateStore } from './own-state.store.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence.store.js';
import { PurgeRepository } from './purge.repository.js';
import { PurgeService } from './purge.service.js';

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
