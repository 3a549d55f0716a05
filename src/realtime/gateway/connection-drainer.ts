import { setTimeout as delay } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import type { ChatServer } from './socket-types.js';
import { CommandDispatcher } from './command-dispatcher.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import type { RealtimeComponent } from './realtime-component.js';
import { PresenceNotifier } from '../events/presence-notifier.js';

/** So many sockets are let go in a second, unless that would take more than half of the time that there is. */
const SOCKETS_PER_S = 200;
const STEP_MS = 20;
/** A client comes back up to so long after its socket was closed. */
const JITTER_MS = 1_000;

/** Empties a node before it is shut down, so that its clients come to the others little by little. */
@Injectable()
export class ConnectionDrainer implements RealtimeComponent {
  private io: ChatServer | undefined;

  constructor(
    private readonly dispatcher: CommandDispatcher,
    private readonly presence: PresenceNotifier,
    private readonly nodes: ClusterBridge,
    @Inject(ENV) private readonly env: Env,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
  }

  /**
   * Tells each client when to come back, and lets go of one after the other; each is served until then. Then no command is
   * taken any more, and those that run may end. Resolves after three quarters of `DRAIN_SECONDS` at the latest.
   */
  async run(): Promise<void> {
    await this.closeGradually();
    const ended = Promise.all([this.dispatcher.drain(), this.presence.drain()]);
    await Promise.race([ended, delay(this.env.drainMs / 4, undefined, { ref: false })]);
    this.io?.local.disconnectSockets(true);
    this.nodes.stop();
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
