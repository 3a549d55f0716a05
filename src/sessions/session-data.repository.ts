import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';

import { Events } from '../domain-events.js';
import type { AfterCommit, DataOwner } from '../infrastructure/data-owners/data-owners.js';
import { keysetPages } from '../infrastructure/data-owners/keyset-pages.js';
import { Database } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import type { ExportedSessionView } from './session-export.dto.js';
import { SessionEntity } from './session.entity.js';

/** Owns the table of sessions: erases and exports them with their account. */
@Injectable()
export class SessionData implements DataOwner {
  readonly tables = ['sessions'];

  constructor(
    private readonly database: Database,
    private readonly events: Events,
  ) {}

  /**
   * Ends the sessions and erases the names of their devices.
   * @returns publishes `session.ended` for each session that was active
   */
  async eraseUser(tx: Transaction, userId: string, now: Date): Promise<AfterCommit> {
    const sessions = tx.repository(SessionEntity);
    const active = await sessions.find({
      select: { id: true },
      where: { userId, endedAt: IsNull(), expiresAt: MoreThan(now) },
    });
    await sessions.update({ userId, endedAt: IsNull() }, { endedAt: now, ended: 'account_deleted' });
    await sessions.update({ userId }, { deviceId: null, deviceName: null });
    return () => {
      for (const { id } of active) {
        this.events.publish('session.ended', { sessionId: id, userId, reason: 'account_deleted' });
      }
    };
  }

  exportUser(userId: string): { sessions: AsyncIterable<ExportedSessionView> } {
    return { sessions: this.sessions(userId) };
  }

  private async *sessions(userId: string): AsyncGenerator<ExportedSessionView> {
    const page = (after: string, take: number) =>
      this.database
        .repository(SessionEntity)
        .find({ where: { userId, id: MoreThan(after) }, order: { id: 'ASC' }, take });
    for await (const session of keysetPages(page, ({ id }) => id)) {
      yield {
        id: session.id,
        deviceId: session.deviceId,
        deviceName: session.deviceName,
        platform: session.platform,
        createdAt: session.createdAt.toISOString(),
        lastSeenAt: session.lastSeenAt.toISOString(),
        endedAt: session.endedAt?.toISOString() ?? null,
      };
    }
  }
}
