import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountController } from './account.controller.js';
import { DataOwners } from '../infrastructure/database/data-owners.js';
import { AccountRepository } from './account.repository.js';
import { AccountService } from './account.service.js';
import { ConversationData } from './conversation-data.repository.js';

@Module({
  imports: [AuthModule, UsersModule, ConversationsModule],
  controllers: [AccountController],
  providers: [ConversationData, AccountRepository, AccountService],
})
export class AccountModule {
  constructor(owners: DataOwners, data: ConversationData) {
    owners.register(data);
  }
}
