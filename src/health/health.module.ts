import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';

import { RedisPubSub } from '../infrastructure/redis/redis-pubsub.js';
import { HealthController } from './health.controller.js';
import { HealthRepository } from './health.repository.js';
import { HealthService } from './health.service.js';
import { REDIS_STATE } from './redis-state.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [HealthRepository, HealthService, { provide: REDIS_STATE, useExisting: RedisPubSub }],
})
export class HealthModule {}
