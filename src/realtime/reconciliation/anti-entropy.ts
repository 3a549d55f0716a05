import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { type Reconciler, RECONCILERS } from './reconciler.js';

/** Time between the starts of two sweeps. A loss is confirmed by the second sweep, and so repaired within 10 s. */
const SWEEP_INTERVAL_MS = 3_000;

/**
 * Compares the state of this node's sockets with the database, and repairs the difference. It repairs every loss between
 * nodes: an event that Redis has lost, a node that was killed between its commit and its event, and an outage of Redis.
 *
 * Sweeps all reconcilers every 3 s, with and without Redis, and at once after a reconnect to Redis. A slow sweep is followed
 * by a pause of the same length, so that sweeps take half of the time at most. On SQLite it does nothing: a SQLite file has
 * one node only.
 */
@Injectable()
export class AntiEntropy implements RealtimeComponent, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private isSweeping = false;
  private isFailing = false;

  constructor(
    @Inject(RECONCILERS) private readonly reconcilers: readonly Reconciler[],
    private readonly cluster: ClusterBridge,
    @Inject(ENV) private readonly env: Pick<Env, 'databaseUrl'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onServerReady(io: ChatServer): void {
    if (this.env.databaseUrl === null) return;
    this.cluster.onReconnect(() => this.schedule(io, 0));
    this.schedule(io, SWEEP_INTERVAL_MS);
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(io: ChatServer, delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.sweep(io), delayMs).unref();
  }

  private async sweep(io: ChatServer): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    const started = performance.now();
    try {
      for (const reconciler of this.reconcilers) await reconciler.reconcile(io);
      this.isFailing = false;
    } catch (error) {
      // Logged once per outage.
      if (!this.isFailing) this.log.warn({ err: error }, 'anti-entropy: sweep failed; retrying');
      this.isFailing = true;
    }
    this.isSweeping = false;
    const tookMs = performance.now() - started;
    if (!this.isStopped) this.schedule(io, Math.max(SWEEP_INTERVAL_MS - tookMs, tookMs));
  }
}
