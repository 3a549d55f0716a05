import { Injectable } from '@nestjs/common';

import { SessionsService } from '../../sessions/sessions.service.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { type Reconciler, chunks } from './reconciler.js';
import { LocalEvents } from '../cluster/local-events.js';

/** Ends the sockets of sessions that ended, at once: they never live again. */
@Injectable()
export class SessionReconciler implements Reconciler {
  private io: ChatServer | undefined;

  constructor(
    private readonly sessions: SessionsService,
    private readonly here: LocalEvents,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
  }

  async reconcile(): Promise<void> {
    for (const sockets of chunks(this.io?.of('/').sockets ?? new Map<string, never>())) {
      const ids = new Set(sockets.map(([, { data }]) => data.actor.sessionId));
      for (const ended of await this.sessions.ended([...ids])) this.here.announce('session.ended', ended);
    }
  }
}
