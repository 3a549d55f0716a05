import { Controller, Get } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';

import { Api, Public } from '../delivery/http/route.decorators.js';
import { HealthReportView } from './health.dto.js';
import { HealthService } from './health.service.js';

const ANSWERS = { 200: HealthReportView, 503: HealthReportView };

@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @Api({
    summary: 'Check everything that the server needs; `degraded` while Redis is down',
    rate: null,
    answers: ANSWERS,
  })
  all(): Promise<HealthReportView> {
    return this.health.all();
  }

  @Get('live')
  @Api({ summary: 'Check that the process is alive', rate: null, answers: { 200: HealthReportView } })
  live(): Promise<HealthCheckResult> {
    return this.health.live();
  }

  @Get('ready')
  @Api({ summary: 'Check that this node takes traffic; not while it is draining', rate: null, answers: ANSWERS })
  ready(): Promise<HealthCheckResult> {
    return this.health.ready();
  }
}
