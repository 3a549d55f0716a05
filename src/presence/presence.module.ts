import { Module } from '@nestjs/common';

import { BlocksModule } from '../blocks/blocks.module.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { PresenceStore } from './presence.store.js';

@Module({
  imports: [BlocksModule],
  providers: [PresenceService, { provide: PresenceStore, useClass: PresenceRepository }],
  exports: [PresenceService],
})
export class PresenceModule {}
