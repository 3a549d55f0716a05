import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { type Reconciler, RECONCILERS } from './reconciler.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';

/** From the beginning of one round to that of the next; what is amiss in two rounds is mended: within 10 s. */
const ROUND_MS = 3_000;

/**
 * Finds in the database what this node's sockets were not told: events of other nodes that were lost on their way, or never
 * left. What another node has just stored is on its way still, so that only what is behind for a whole round counts.
 */
@Injectable()
export class AntiEntropy implements RealtimeComponent, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private isRunning = false;
  private isFailing = false;

  constructor(
    @Inject(RECONCILERS) private readonly checks: readonly Reconciler[],
    private readonly nodes: ClusterBridge,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Begins to look after the sockets of `io`. A SQLite file has one node only. */
  onServerReady(io: ChatServer): void {
    if (this.env.databaseUrl === null) return;
    for (const check of this.checks) check.onServerReady(io);
    this.nodes.onReconnect(() => this.plan(0));
    this.plan(ROUND_MS);
  }

  onApplicationShutdown(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private plan(inMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.round(), inMs).unref();
  }

  private async round(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    const started = performance.now();
    try {
      for (const check of this.checks) await check.reconcile();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ err: error }, 'could not compare with the database');
      this.isFailing = true;
    }
    this.isRunning = false;
    // However long it takes, as long again belongs to everything else.
    const took = performance.now() - started;
    if (!this.isOver) this.plan(Math.max(ROUND_MS - took, took));
  }
}
