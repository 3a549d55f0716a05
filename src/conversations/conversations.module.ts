import { Module } from '@nestjs/common';

import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationStore } from './conversations.store.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';

@Module({
  controllers: [ConversationsController, MembersController],
  providers: [ConversationsService, MembersService, { provide: ConversationStore, useClass: ConversationsRepository }],
  exports: [ConversationsService, MembersService, ConversationStore],
})
export class ConversationsModule {}
