import { Module } from '@nestjs/common';

import { ConversationsModule } from '../conversations/conversations.module.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { SearchData } from './search-data.repository.js';
import { SearchIndexer } from './search-indexer.service.js';
import { SearchController } from './search.controller.js';
import { SearchRepository } from './search.repository.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [ConversationsModule],
  controllers: [SearchController],
  providers: [SearchService, SearchIndexer, SearchRepository, SearchData],
})
export class SearchModule {
  constructor(owners: DataOwners, search: SearchData) {
    owners.register(search);
  }
}
