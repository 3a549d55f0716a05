import { Module } from '@nestjs/common';

import { BlocksModule } from '../blocks/blocks.module.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { ConversationPurgeRepository } from './conversation-purge.repository.js';
import { ConversationPurgeService } from './conversation-purge.service.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { ConversationStore } from './conversations.store.js';

@Module({
  imports: [BlocksModule],
  controllers: [ConversationsController],
  providers: [
    ConversationsService,
    ConversationPurgeRepository,
    ConversationPurgeService,
    { provide: ConversationStore, useClass: ConversationsRepository },
  ],
  exports: [ConversationsService, ConversationStore],
})
export class ConversationsModule {
  constructor(owners: DataOwners) {
    owners.register({ tables: ['conversations', 'purges'] });
  }
}
