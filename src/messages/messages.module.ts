import { Module } from '@nestjs/common';

import { ConversationsModule } from '../conversations/conversations.module.js';
import { DataOwners } from '../infrastructure/database/data-owners.js';
import { MessageData } from './message-data.repository.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import { MessageStore } from './messages.store.js';
import { SearchController } from '../search/search.controller.js';
import { SearchData } from '../search/search-data.repository.js';
import { SearchIndexer } from '../search/search-indexer.service.js';
import { SearchRepository } from '../search/search.repository.js';
import { SearchService } from '../search/search.service.js';
import { SearchStore } from '../search/search.store.js';

@Module({
  imports: [ConversationsModule],
  controllers: [SearchController, MessagesController],
  providers: [
    MessagesService,
    MessageData,
    SearchData,
    SearchService,
    SearchIndexer,
    { provide: MessageStore, useClass: MessagesRepository },
    { provide: SearchStore, useClass: SearchRepository },
  ],
  exports: [MessagesService],
})
export class MessagesModule {
  constructor(owners: DataOwners, messages: MessageData, search: SearchData) {
    owners.register(messages, search);
  }
}
