import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';

import { AccountRecoveryModule } from './account-recovery/account-recovery.module.js';
import { AccountModule } from './account/account.module.js';
import { AsyncApiController } from './api-docs/asyncapi.controller.js';
import { AuthModule } from './auth/auth.module.js';
import { JwtAuthGuard } from './auth/jwt-auth.guard.js';
import { ClientConfigController } from './client-config/client-config.controller.js';
import { Clock } from './common/clock.js';
import { Epoch } from './common/epoch.js';
import { KeyedQueue } from './common/keyed-queue.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { AuditLog } from './delivery/audit/audit-log.js';
import { ProblemFilter } from './delivery/errors/problem.filter.js';
import { RateLimitGuard } from './delivery/http/rate-limit.guard.js';
import { RouteTable } from './delivery/http/route-table.js';
import { SchemaPipe } from './delivery/validation/schema.pipe.js';
import { Events } from './domain-events.js';
import { ENTITIES } from './entities.js';
import { HealthModule } from './health/health.module.js';
import { Readiness } from './health/readiness.js';
import { ENV, type Env } from './infrastructure/config/env.js';
import { DataOwners } from './infrastructure/data-owners/data-owners.js';
import { openDatabase } from './infrastructure/database/data-source.js';
import { Database } from './infrastructure/database/database.js';
import { GroupCommit } from './infrastructure/database/group-commit.js';
import { ClusterCounters } from './infrastructure/rate-limits/cluster-counters.js';
import { RateLimiter } from './infrastructure/rate-limits/rate-limiter.js';
import { RedisPubSub } from './infrastructure/redis/redis-pubsub.js';
import { LOGGER } from './infrastructure/telemetry/logger.js';
import { Telemetry } from './infrastructure/telemetry/telemetry.js';
import { MemberStateModule } from './member-state/member-state.module.js';
import { MembersModule } from './members/members.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { OnlineUsers } from './presence/online-users.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { SearchModule } from './search/search.module.js';
import { SyncModule } from './sync/sync.module.js';
import { UsersModule } from './users/users.module.js';

/** The providers that every feature may inject. Each feature's module adds its own. */
@Global()
@Module({})
class CoreModule {
  static with(env: Env, log: Logger, routes: RouteTable, telemetry: Telemetry): DynamicModule {
    const providers = [
      // Configuration and observability, created before the application: any class may inject them.
      { provide: ENV, useValue: env },
      { provide: LOGGER, useValue: log },
      { provide: Telemetry, useValue: telemetry },

      // State of this process. Services read the time from `Clock`. `KeyedQueue` orders the stored changes of one user.
      Clock,
      KeyedQueue,
      // `realtime/` counts connections in `OnlineUsers`; the presence service reads it.
      { provide: OnlineUsers, useFactory: () => new OnlineUsers(env.presenceGraceMs) },
      // `server.ts` sets `Readiness` when it drains; the health endpoint reports it.
      Readiness,

      // Delivery: the Fastify adapter registers each route, so that `ProblemFilter` can answer 405. REST and socket write
      // the audit log.
      { provide: RouteTable, useValue: routes },
      { provide: AuditLog, useFactory: () => new AuditLog(log, env) },

      // Storage: repositories and queries use `Database`; all changes with a `seq` or `rev` go through `GroupCommit`.
      { provide: Database, useFactory: () => openDatabase(env, ENTITIES, { telemetry, log }) },
      // Modules register their tables; account deletion, export and purges call the registered handlers.
      DataOwners,
      {
        provide: GroupCommit,
        inject: [Database, Events],
        useFactory: (database: Database, events: Events) => new GroupCommit(database, events, telemetry),
      },
      // Redis, null without REDIS_URL: realtime and the rate limits share state between nodes over it.
      {
        provide: RedisPubSub,
        useFactory: () => (env.redisUrls.length > 0 ? new RedisPubSub(env.redisUrls, log) : null),
      },
      // The epoch of the database: clients reset when it changes, and the names of channels and keys in Redis contain it.
      {
        provide: Epoch,
        inject: [Database],
        useFactory: async (database: Database) => new Epoch(await database.epoch()),
      },
      // The guard and the gateway count requests; messages, log-in and e-mail links count their own actions.
      {
        provide: RateLimiter,
        inject: [RedisPubSub, Epoch],
        useFactory: (redis: RedisPubSub | null, epoch: Epoch) => {
          const limits = new RateLimiter(env.rates, (reached) => log.info(reached, 'rate limit reached'));
          if (redis) new ClusterCounters(limits, redis, `gochat:${epoch.value}`, log).start();
          return limits;
        },
      },
      // `GroupCommit` and services publish events after the commit; `realtime/`, search and purging subscribe.
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

/** The whole application: the features, and the guards, pipe and filter that every REST request passes in this order. */
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
