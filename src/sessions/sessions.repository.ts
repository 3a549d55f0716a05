import { Injectable } from '@nestjs/common';

import { Database, isoTime, placeholders } from '../infrastructure/database/database.js';
import type { Parameter, Row, Transaction } from '../infrastructure/database/transaction.js';
import type { Platform, Session, SessionEndReason } from './session.js';
import { type EndedSession, SessionStore } from './sessions.store.js';

/** Dead sessions are kept this long, for a client that comes back late to be told why. */
const KEPT_MS = 30 * 86_400_000;

@Injectable()
export class SessionsRepository extends SessionStore {
  constructor(private readonly database: Database) {
    super();
  }

  override add(session: Session): Promise<string[]> {
    return this.database.write(async (tx) => {
      // The user's row orders log-ins of the same device.
      const [user] = await tx.rows(`SELECT id FROM users WHERE id = ? AND deleted_at IS NULL${tx.forUpdate}`, [
        session.userId,
      ]);
      if (!user) return [];
      const forgotten = new Date(session.createdAt.getTime() - KEPT_MS);
      await tx.run('DELETE FROM sessions WHERE user_id = ? AND (expires_at < ? OR ended_at < ?)', [
        session.userId,
        forgotten,
        forgotten,
      ]);
      const replaced =
        session.deviceId === null
          ? []
          : await tx.rows('SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL AND device_id = ?', [
              session.userId,
              session.deviceId,
            ]);
      const ids = replaced.map((row) => String(row['id']));
      if (ids.length > 0) {
        await tx.run(
          `UPDATE sessions SET ended_at = ?, ended_reason = 'replaced' WHERE id IN (${placeholders(ids.length)})`,
          [session.createdAt, ...ids],
        );
      }
      tx.insert('sessions', [
        {
          id: session.id,
          user_id: session.userId,
          device_id: session.deviceId,
          device_name: session.deviceName,
          platform: session.platform,
          salt: session.salt,
          created_at: session.createdAt,
          ...changing(session),
        },
      ]);
      return ids;
    });
  }

  override async byId(id: string): Promise<Session | null> {
    const [row] = await this.database.rows('SELECT * FROM sessions WHERE id = ?', [id]);
    return row ? sessionOf(row) : null;
  }

  override change(id: string, decide: (session: Session) => Session): Promise<Session | null> {
    return this.database.write(async (tx) => {
      const [row] = await tx.rows(`SELECT * FROM sessions WHERE id = ?${tx.forUpdate}`, [id]);
      if (!row) return null;
      const before = sessionOf(row);
      const after = decide(before);
      if (after === before) return after;
      const columns = {
        ...changing(after),
        ended_at: after.ended === null ? null : after.lastSeenAt,
        ended_reason: after.ended,
      };
      await tx.run(
        `UPDATE sessions SET ${Object.keys(columns)
          .map((column) => `${column} = ?`)
          .join(', ')} WHERE id = ?`,
        [...Object.values(columns), id],
      );
      return after;
    });
  }

  override async confirm(id: string, generation: number): Promise<void> {
    await this.database.write((tx) =>
      tx.run('UPDATE sessions SET confirmed = ? WHERE id = ? AND confirmed < ?', [generation, id, generation]),
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
      const replaced = await tx.run('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', [
        next,
        userId,
        found,
      ]);
      return replaced === 0 ? null : endSessions(tx, userId, { except: keep }, 'password_changed', now);
    });
  }

  override async ended(ids: readonly string[]): Promise<EndedSession[]> {
    const asked = this.database.table(
      { id: 'id' },
      ids.map((id) => [id]),
    );
    const rows = await this.database.rows(
      `SELECT s.id, s.user_id, s.ended_reason FROM ${asked.sql} JOIN sessions s ON s.id = v.id
       WHERE s.ended_at IS NOT NULL`,
      [asked.parameter],
    );
    return rows.map((row) => ({
      sessionId: String(row['id']),
      userId: String(row['user_id']),
      reason: row['ended_reason'] as SessionEndReason,
    }));
  }

  override async alive(userId: string, now: Date, after: string, limit: number): Promise<Session[]> {
    const rows = await this.database.rows(
      `SELECT * FROM sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ? AND id > ?
       ORDER BY id LIMIT ${limit}`,
      [userId, now, after],
    );
    return rows.map(sessionOf);
  }
}

/** Ends the living sessions of a user: all of them, all but one, or one. @returns the ids of those that were alive */
export async function endSessions(
  tx: Transaction,
  userId: string,
  { only, except }: { only?: string; except?: string },
  reason: SessionEndReason,
  now: Date,
): Promise<string[]> {
  const living = `user_id = ? AND ended_at IS NULL AND expires_at > ? AND (? IS NULL OR id = ?) AND (? IS NULL OR id <> ?)`;
  const which = [userId, now, only, only, except, except];
  const alive = await tx.rows(`SELECT id FROM sessions WHERE ${living}${tx.forUpdate}`, which);
  if (alive.length > 0) {
    await tx.run(`UPDATE sessions SET ended_at = ?, ended_reason = ? WHERE ${living}`, [now, reason, ...which]);
  }
  return alive.map((row) => String(row['id']));
}

/** The columns that a rotation changes. */
function changing(session: Session): Record<string, Parameter> {
  return {
    generation: session.generation,
    confirmed: session.confirmed,
    rotations: JSON.stringify(session.rotations),
    last_seen_at: session.lastSeenAt,
    expires_at: session.expiresAt,
  };
}

function sessionOf(row: Row): Session {
  return {
    id: String(row['id']),
    userId: String(row['user_id']),
    deviceId: row['device_id'] as string | null,
    deviceName: row['device_name'] as string | null,
    platform: row['platform'] as Platform,
    salt: String(row['salt']),
    generation: Number(row['generation']),
    confirmed: Number(row['confirmed']),
    rotations: JSON.parse(String(row['rotations'])) as number[],
    createdAt: new Date(isoTime(row['created_at'])),
    lastSeenAt: new Date(isoTime(row['last_seen_at'])),
    expiresAt: new Date(isoTime(row['expires_at'])),
    ended: row['ended_reason'] as SessionEndReason | null,
  };
}
