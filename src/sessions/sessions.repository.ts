import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan, Not } from 'typeorm';

import { Database } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { UserEntity } from '../users/user.entity.js';
import { SessionEntity, sessionOf } from './session.entity.js';
import type { Session, SessionEndReason } from './session.js';
import { type EndedSession, SessionStore } from './sessions.store.js';

/** Ended sessions are kept for 30 days, so that a client that returns late learns the reason. */
const KEPT_MS = 30 * 86_400_000;

@Injectable()
export class SessionsRepository extends SessionStore {
  constructor(private readonly database: Database) {
    super();
  }

  override add(session: Session): Promise<string[]> {
    return this.database.write(async (tx) => {
      // The lock on the user's row orders concurrent log-ins from the same device.
      const user = await tx.repository(UserEntity).findOne({
        select: { id: true },
        where: { id: session.userId, deletedAt: IsNull() },
        ...tx.writeLock,
      });
      if (!user) return [];
      await deleteOutdated(tx, session);
      const replaced = await replacedBy(tx, session);
      const sessions = tx.repository(SessionEntity);
      if (replaced.length > 0) {
        const end = { endedAt: session.createdAt, ended: 'replaced' } as const;
        tx.queue(
          sessions
            .createQueryBuilder()
            .update(end)
            .where({ id: In(replaced) }),
        );
      }
      tx.queue(sessions.createQueryBuilder().insert().values(session));
      return replaced;
    });
  }

  /** Plain SQL: every handshake of a socket reads its session. */
  override async byId(id: string): Promise<Session | null> {
    const [entity] = await this.database.entitiesOf(SessionEntity, 'SELECT * FROM sessions WHERE id = ?', [id]);
    return entity ? sessionOf(entity) : null;
  }

  override change(id: string, decide: (session: Session) => Session): Promise<Session | null> {
    return this.database.write(async (tx) => {
      const sessions = tx.repository(SessionEntity);
      const entity = await sessions.findOne({ where: { id }, ...tx.writeLock });
      if (!entity) return null;
      const before = sessionOf(entity);
      const after = decide(before);
      if (after === before) return after;
      const { generation, confirmed, rotations, lastSeenAt, expiresAt, ended } = after;
      const endedAt = ended === null ? null : lastSeenAt;
      tx.queue(
        sessions
          .createQueryBuilder()
          .update({ generation, confirmed, rotations, lastSeenAt, expiresAt, ended, endedAt })
          .where({ id }),
      );
      return after;
    });
  }

  override async confirm(id: string, generation: number): Promise<void> {
    await this.database.write((tx) =>
      tx.repository(SessionEntity).update({ id, confirmed: LessThan(generation) }, { confirmed: generation }),
    );
  }

  override end(
    userId: string,
    which: { only?: string; except?: string },
    reason: SessionEndReason,
    now: Date,
  ): Promise<string[]> {
    return this.database.write((tx) => endSessions(tx, userId, which, reason, now));
  }

  override changePassword(
    userId: string,
    { found, next, keep }: { found: string; next: string; keep: string },
    now: Date,
  ): Promise<string[] | null> {
    return this.database.write(async (tx) => {
      const { affected } = await tx
        .repository(UserEntity)
        .update({ id: userId, passwordHash: found }, { passwordHash: next });
      return affected === 0 ? null : endSessions(tx, userId, { except: keep }, 'password_changed', now);
    });
  }

  override async ended(ids: readonly string[]): Promise<EndedSession[]> {
    const requested = this.database.table(
      { id: 'id' },
      ids.map((id) => [id]),
    );
    const rows = await this.database.entitiesOf(
      SessionEntity,
      `SELECT s.* FROM ${requested.sql} JOIN sessions s ON s.id = v.id WHERE s.ended_at IS NOT NULL`,
      [requested.parameter],
    );
    return rows.flatMap(({ id, userId, ended }) => (ended ? [{ sessionId: id, userId, reason: ended }] : []));
  }

  override async alive(userId: string, now: Date, after: string, limit: number): Promise<Session[]> {
    const entities = await this.database.repository(SessionEntity).find({
      where: { userId, endedAt: IsNull(), expiresAt: MoreThan(now), id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
    return entities.map(sessionOf);
  }
}

/**
 * Ends active sessions of a user: all of them, all but one, or one. `SessionsRepository` calls it, and a password reset
 * inside its own transaction.
 * @returns the ids of the sessions that it ended
 */
export async function endSessions(
  tx: Transaction,
  userId: string,
  { only, except }: { only?: string; except?: string },
  reason: SessionEndReason,
  now: Date,
): Promise<string[]> {
  const sessions = tx.repository(SessionEntity);
  const active = {
    userId,
    endedAt: IsNull(),
    expiresAt: MoreThan(now),
    ...(except !== undefined && { id: Not(except) }),
    ...(only !== undefined && { id: only }),
  };
  const ending = await sessions.find({ select: { id: true }, where: active, ...tx.writeLock });
  const ids = ending.map(({ id }) => id);
  if (ids.length > 0) {
    tx.queue(
      sessions
        .createQueryBuilder()
        .update({ endedAt: now, ended: reason })
        .where({ id: In(ids) }),
    );
  }
  return ids;
}

async function deleteOutdated(tx: Transaction, { userId, createdAt }: Session): Promise<void> {
  const outdated = LessThan(new Date(createdAt.getTime() - KEPT_MS));
  await tx
    .repository(SessionEntity)
    .createQueryBuilder()
    .delete()
    .where([
      { userId, expiresAt: outdated },
      { userId, endedAt: outdated },
    ])
    .execute();
}

/** The ids of the active sessions of the same device. */
async function replacedBy(tx: Transaction, { userId, deviceId }: Session): Promise<string[]> {
  if (deviceId === null) return [];
  const replaced = await tx
    .repository(SessionEntity)
    .find({ select: { id: true }, where: { userId, deviceId, endedAt: IsNull() } });
  return replaced.map(({ id }) => id);
}
