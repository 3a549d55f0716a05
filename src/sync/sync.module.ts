import { Module } from '@nestjs/common';

import { PresenceModule } from '../presence/presence.module.js';
import { StreamPositionsService } from './stream-positions.store.js';
import { SyncController } from './sync.controller.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

@Module({
  imports: [PresenceModule],
  controllers: [SyncController],
  providers: [StreamPositionsService, SyncRepository, SyncService],
  exports: [StreamPositionsService, SyncService],
})
export class SyncModule {}
