import { Module } from '@nestjs/common';

import { ConversationsModule } from '../conversations/conversations.module.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { PresenceModule } from '../presence/presence.module.js';
import { MemberData } from './member-data.repository.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { MembersService } from './members.service.js';
import { MembersStore } from './members.store.js';

@Module({
  imports: [ConversationsModule, PresenceModule],
  controllers: [MembersController],
  providers: [MembersService, MemberData, { provide: MembersStore, useClass: MembersRepository }],
  exports: [MembersService],
})
export class MembersModule {
  constructor(owners: DataOwners, data: MemberData) {
    owners.register(data);
  }
}
