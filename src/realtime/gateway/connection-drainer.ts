import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import { PresenceNotifier } from '../events/presence-notifier.js';
import { CommandDispatcher } from './command-dispatcher.js';
import type { RealtimeComponent } from './realtime-component.js';
import type { ChatServer } from './socket-types.js';

/** Sockets closed per second. More if they would not fit into half of `DRAIN_SECONDS`. */
const SOCKETS_PER_S = 200;
const STEP_MS = 20;
/** Upper bound of the random delay between the closing of a socket and the client's reconnect. */
const JITTER_MS = 1_000;

/**
 * Empties this node before it shuts down. `server.ts` calls `run` at shutdown, after the health check has failed and before
 * the application closes. Clients are disconnected gradually, so that the other nodes are not flooded with reconnects.
 */
@Injectable()
export class ConnectionDrainer implements RealtimeComponent {
  private io: ChatServer | undefined;

  constructor(
    private readonly dispatcher: CommandDispatcher,
    private readonly presence: PresenceNotifier,
    private readonly cluster: ClusterBridge,
    @Inject(ENV) private readonly env: Pick<Env, 'drainMs'>,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
  }

  /**
   * Emits `server:draining` to every socket and closes them one after the other; commands are executed until then. Then
   * waits for the commands in progress and for the last-seen times. Resolves within three quarters of `DRAIN_SECONDS`.
   */
  async run(): Promise<void> {
    await this.closeGradually();
    const finished = Promise.all([this.dispatcher.drain(), this.presence.drain()]);
    await Promise.race([finished, delay(this.env.drainMs / 4, undefined, { ref: false })]);
    this.io?.local.disconnectSockets(true);
    this.cluster.stop();
  }

  private async closeGradually(): Promise<void> {
    const sockets = [...(this.io?.of('/').sockets.values() ?? [])];
    const windowMs = Math.min(this.env.drainMs / 2, (sockets.length / SOCKETS_PER_S) * 1_000);
    for (const [index, socket] of sockets.entries()) {
      const closesInMs = (index / sockets.length) * windowMs;
      socket.emit('server:draining', { reconnectInMs: Math.round(closesInMs + Math.random() * JITTER_MS) });
    }
    const started = performance.now();
    let closed = 0;
    while (closed < sockets.length) {
      await delay(STEP_MS);
      const due = Math.min(1, (performance.now() - started) / windowMs) * sockets.length;
      for (; closed < due; closed++) sockets[closed]?.disconnect(true);
    }
  }
}
