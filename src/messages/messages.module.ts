import { Module } from '@nestjs/common';

import { ConversationsModule } from '../conversations/conversations.module.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { MessageData } from './message-data.repository.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import { MessageStore } from './messages.store.js';

@Module({
  imports: [ConversationsModule],
  controllers: [MessagesController],
  providers: [MessagesService, MessageData, { provide: MessageStore, useClass: MessagesRepository }],
  exports: [MessagesService],
})
export class MessagesModule {
  constructor(owners: DataOwners, messages: MessageData) {
    owners.register(messages);
  }
}
