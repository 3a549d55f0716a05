import { Module } from '@nestjs/common';

import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { BlockData } from './block-data.repository.js';
import { BlocksController } from './blocks.controller.js';
import { BlocksRepository } from './blocks.repository.js';
import { BlocksService } from './blocks.service.js';
import { BlockStore } from './blocks.store.js';

@Module({
  controllers: [BlocksController],
  providers: [BlocksService, BlockData, { provide: BlockStore, useClass: BlocksRepository }],
  exports: [BlockStore],
})
export class BlocksModule {
  constructor(owners: DataOwners, data: BlockData) {
    owners.register(data);
  }
}
