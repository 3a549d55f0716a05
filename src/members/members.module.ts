import { Module } from '@nestjs/common';

import { ConversationsModule } from '../conversations/conversations.module.js';
import { DataOwners } from '../infrastructure/database/data-owners.js';
import { PresenceModule } from '../presence/presence.module.js';
import { MemberData } from './member-data.repository.js';
import { MemberStateController } from './member-state.controller.js';
import { MemberStateRepository } from './member-state.repository.js';
import { MemberStateService } from './member-state.service.js';
import { MemberStateStore } from './member-state.store.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { MembersService } from './members.service.js';
import { MembersStore } from './members.store.js';

@Module({
  imports: [ConversationsModule, PresenceModule],
  controllers: [MembersController, MemberStateController],
  providers: [
    MembersService,
    MemberStateService,
    MemberData,
    { provide: MembersStore, useClass: MembersRepository },
    { provide: MemberStateStore, useClass: MemberStateRepository },
  ],
  exports: [MembersService, MemberStateService],
})
export class MembersModule {
  constructor(owners: DataOwners, data: MemberData) {
    owners.register(data);
  }
}
