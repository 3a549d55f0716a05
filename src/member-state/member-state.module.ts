import { Module } from '@nestjs/common';

import { MemberStateController } from './member-state.controller.js';
import { MemberStateRepository } from './member-state.repository.js';
import { MemberStateService } from './member-state.service.js';
import { MemberStateStore } from './member-state.store.js';

@Module({
  controllers: [MemberStateController],
  providers: [MemberStateService, { provide: MemberStateStore, useClass: MemberStateRepository }],
  exports: [MemberStateService],
})
export class MemberStateModule {}
