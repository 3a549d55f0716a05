import { Injectable } from '@nestjs/common';

import { chunks } from '../../common/chunks.js';
import { Events } from '../../domain-events.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { type Reconciler, ROWS_PER_QUERY } from './reconciler.js';

/**
 * Heals lost ends of sessions: publishes `session.ended` for each ended session that has sockets here, and `Broadcaster`
 * closes them. It acts in the first sweep, because an ended session never becomes active again. `AntiEntropy` calls it in
 * each sweep.
 */
@Injectable()
export class SessionReconciler implements Reconciler {
  constructor(
    private readonly sessions: SessionsService,
    private readonly events: Events,
  ) {}

  async reconcile(io: ChatServer): Promise<void> {
    for (const sockets of chunks(io.of('/').sockets, ROWS_PER_QUERY)) {
      const ids = new Set(sockets.map(([, { data }]) => data.actor.sessionId));
      for (const ended of await this.sessions.ended([...ids])) this.events.publish('session.ended', ended, 'cluster');
    }
  }
}
