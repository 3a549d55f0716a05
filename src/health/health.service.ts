import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable, ServiceUnavailableException } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';

import type { HealthReportView } from './health.dto.js';
import { HealthRepository } from './health.repository.js';
import { Readiness } from './readiness.js';
import { REDIS_STATE, type RedisState } from './redis-state.js';

/** A database that takes longer to answer counts as down. */
const TIMEOUT_MS = 2_000;

/** Reports the state of this process and of the services that it needs. */
@Injectable()
export class HealthService {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: HealthRepository,
    private readonly readiness: Readiness,
    @Inject(REDIS_STATE) private readonly redis: RedisState | null,
  ) {}

  /** The state of everything. `degraded` while Redis is down: a node serves without it, so no balancer removes the node. */
  async all(): Promise<HealthReportView> {
    const report = await this.checks.check([() => this.checkDatabase()]);
    if (!this.redis) return { info: {}, error: {}, ...report };
    const { isUp } = this.redis;
    const redis = { redis: { status: isUp ? 'up' : 'down' } };
    return {
      status: isUp ? report.status : 'degraded',
      info: { ...report.info, ...(isUp && redis) },
      error: { ...report.error, ...(!isUp && redis) },
      details: { ...report.details, ...redis },
    };
  }

  /** `ok` while the process answers at all. */
  live(): Promise<HealthCheckResult> {
    return this.checks.check([]);
  }

  /** Whether this node takes traffic: the database answers and the node is not draining. @throws 503 otherwise */
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.checkDraining(), () => this.checkDatabase()]);
  }

  private checkDraining(): HealthIndicatorResult {
    if (!this.readiness.draining) return { server: { status: 'up' } };
    const server = { status: 'down', message: 'draining' } as const;
    throw new ServiceUnavailableException({ status: 'error', info: {}, error: { server }, details: { server } });
  }

  private async checkDatabase(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const abort = new AbortController();
    try {
      const answer = this.database.ping().then(() => true);
      const inTime = await Promise.race([answer, delay(TIMEOUT_MS, false, { ref: false, signal: abort.signal })]);
      return inTime ? indicator.up() : indicator.down('no answer in time');
    } catch {
      return indicator.down('unreachable');
    } finally {
      abort.abort();
    }
  }
}
