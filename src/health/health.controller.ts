import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';

import { RedisPubSub } from '../infrastructure/redis/redis-pubsub.js';
import { Api, Public } from '../delivery/http/route.decorators.js';
import { HealthReportView } from './health.dto.js';
import { HealthRepository } from './health.repository.js';
import { Readiness } from './readiness.js';

const ANSWERS = { 200: HealthReportView, 503: HealthReportView };

@Controller('health')
@Public()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: HealthRepository,
    private readonly readiness: Readiness,
    @Inject(RedisPubSub) private readonly pubsub: RedisPubSub | null,
  ) {}

  @Get()
  @Api({
    summary: 'Whether everything that the service needs works; `degraded` while nodes do not hear each other',
    rate: null,
    answers: ANSWERS,
  })
  async all(): Promise<HealthReportView> {
    const report = await this.health.check([() => this.database.check()]);
    if (!this.pubsub) return { info: {}, error: {}, ...report };
    // A node serves without it: no balancer should take all of them away.
    const { isUp } = this.pubsub;
    const redis = { redis: { status: isUp ? 'up' : 'down' } };
    return {
      status: isUp ? report.status : 'degraded',
      info: { ...report.info, ...(isUp && redis) },
      error: { ...report.error, ...(!isUp && redis) },
      details: { ...report.details, ...redis },
    };
  }

  @Get('live')
  @Api({ summary: 'Whether the process is alive', rate: null, answers: { 200: HealthReportView } })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @Api({ summary: 'Whether to send traffic here: not while draining', rate: null, answers: ANSWERS })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.drainingState(), () => this.database.check()]);
  }

  private drainingState(): HealthIndicatorResult {
    if (!this.readiness.draining) return { server: { status: 'up' } };
    const server = { status: 'down', message: 'draining' } as const;
    throw new ServiceUnavailableException({ status: 'error', info: {}, error: { server }, details: { server } });
  }
}
