import { Module } from '@nestjs/common';

import { PresenceModule } from '../presence/presence.module.js';
import { StreamPositionsRepository } from './stream-positions.repository.js';
import { SyncController } from './sync.controller.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

@Module({
  imports: [PresenceModule],
  controllers: [SyncController],
  providers: [StreamPositionsRepository, SyncRepository, SyncService],
  exports: [StreamPositionsRepository, SyncService],
})
export class SyncModule {}
