import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';

import { AccountModule } from './account/account.module.js';
import { JwtAuthGuard } from './auth/jwt-auth.guard.js';
import { AuthModule } from './auth/auth.module.js';
import { RedisPubSub } from './infrastructure/redis/redis-pubsub.js';
import { ClusterCounters } from './infrastructure/rate-limits/cluster-counters.js';
import { Clock } from './common/clock.js';
import { Epoch } from './common/epoch.js';
import { OnlineUsers } from './presence/online-users.js';
import { KeyedQueue } from './common/keyed-queue.js';
import { ENTITIES } from './entities.js';
import { ENV, type Env } from './infrastructure/config/env.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { DataOwners } from './infrastructure/data-owners/data-owners.js';
import { Database } from './infrastructure/database/database.js';
import { openDatabase } from './infrastructure/database/data-source.js';
import { GroupCommit } from './infrastructure/database/group-commit.js';
import { AuditLog } from './delivery/audit/audit-log.js';
import { ClientConfigController } from './client-config/client-config.controller.js';
import { LOGGER } from './infrastructure/telemetry/logger.js';
import { ProblemFilter } from './delivery/errors/problem.filter.js';
import { RateLimitGuard } from './delivery/http/rate-limit.guard.js';
import { RouteTable } from './delivery/http/route-table.js';
import { SchemaPipe } from './delivery/validation/schema.pipe.js';
import { Events } from './domain-events.js';
import { Telemetry } from './infrastructure/telemetry/telemetry.js';
import { HealthModule } from './health/health.module.js';
import { Readiness } from './health/readiness.js';
import { RateLimiter } from './infrastructure/rate-limits/rate-limiter.js';
import { MemberStateModule } from './member-state/member-state.module.js';
import { MembersModule } from './members/members.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { AsyncApiController } from './api-docs/asyncapi.controller.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { AccountRecoveryModule } from './account-recovery/account-recovery.module.js';
import { SearchModule } from './search/search.module.js';
import { SyncModule } from './sync/sync.module.js';
import { UsersModule } from './users/users.module.js';

/** What every feature may use. */
@Global()
@Module({})
class CoreModule {
  static with(env: Env, log: Logger, routes: RouteTable, telemetry: Telemetry): DynamicModule {
    const providers = [
      Clock,
      { provide: OnlineUsers, useFactory: () => new OnlineUsers(env.presenceGraceMs) },
      Readiness,
      KeyedQueue,
      { provide: ENV, useValue: env },
      { provide: LOGGER, useValue: log },
      { provide: AuditLog, useFactory: () => new AuditLog(log, env) },
      { provide: RouteTable, useValue: routes },
      { provide: Telemetry, useValue: telemetry },
      { provide: Database, useFactory: () => openDatabase(env, ENTITIES, { telemetry, log }) },
      DataOwners,
      {
        provide: GroupCommit,
        inject: [Database, Events],
        useFactory: (database: Database, events: Events) => new GroupCommit(database, events, telemetry),
      },
      {
        provide: RedisPubSub,
        useFactory: () => (env.redisUrls.length > 0 ? new RedisPubSub(env.redisUrls, log) : null),
      },
      {
        provide: Epoch,
        inject: [Database],
        useFactory: async (database: Database) => new Epoch(await database.epoch()),
      },
      {
        provide: RateLimiter,
        inject: [RedisPubSub, Epoch],
        useFactory: (redis: RedisPubSub | null, epoch: Epoch) => {
          const limits = new RateLimiter(env.rates, (reached) => log.info(reached, 'rate limit reached'));
          if (redis) new ClusterCounters(limits, redis, `gochat:${epoch.value}`, log).start();
          return limits;
        },
      },
      {
        provide: Events,
        useFactory: () =>
          new Events((error, event) => {
            log.error({ err: error, event }, 'a listener failed');
          }),
      },
    ];
    return {
      module: CoreModule,
      providers,
      exports: providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
    };
  }
}

/** The one wiring diagram. */
@Module({})
export class AppModule {
  static with(env: Env, log: Logger, routes: RouteTable, telemetry: Telemetry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.with(env, log, routes, telemetry),
        AuthModule,
        UsersModule,
        ConversationsModule,
        MembersModule,
        MemberStateModule,
        SearchModule,
        MessagesModule,
        SyncModule,
        AccountModule,
        AccountRecoveryModule,
        RealtimeModule,
        HealthModule,
      ],
      controllers: [ClientConfigController, ...(env.docs ? [AsyncApiController] : [])],
      providers: [
        { provide: APP_GUARD, useClass: JwtAuthGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_PIPE, useClass: SchemaPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
