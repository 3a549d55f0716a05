import { setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';

import { Database } from '../infrastructure/database/database.js';

const TIMEOUT_MS = 2_000;

/** Whether the database answers, in time. */
@Injectable()
export class HealthRepository {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    const abort = new AbortController();
    try {
      const answer = this.database.rows('SELECT 1 AS one').then(() => true);
      const inTime = await Promise.race([answer, delay(TIMEOUT_MS, false, { ref: false, signal: abort.signal })]);
      return inTime ? indicator.up() : indicator.down('no answer in time');
    } catch {
      return indicator.down('unreachable');
    } finally {
      abort.abort();
    }
  }
}
