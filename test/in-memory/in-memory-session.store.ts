import type { Session, SessionEndReason } from '../../src/sessions/session.js';
import { type EndedSession, SessionStore } from '../../src/sessions/sessions.store.js';
import { byCodePoint, type InMemoryTables, type SessionRow } from './in-memory-tables.js';

const KEPT_MS = 30 * 86_400_000;

export class InMemorySessionStore extends SessionStore {
  constructor(private readonly tables: InMemoryTables) {
    super();
  }

  override async add(session: Session): Promise<string[]> {
    if (this.tables.users.get(session.userId)?.deleted !== false) return [];
    const forgotten = session.createdAt.getTime() - KEPT_MS;
    for (const { id, expiresAt, endedAt } of this.of(session.userId)) {
      if (Math.min(expiresAt.getTime(), endedAt?.getTime() ?? Infinity) < forgotten) this.tables.sessions.delete(id);
    }
    const replaced = this.of(session.userId).filter(
      ({ ended, deviceId }) => ended === null && deviceId !== null && deviceId === session.deviceId,
    );
    for (const old of replaced) this.finish(old, 'replaced', session.createdAt);
    this.tables.sessions.set(session.id, { ...session, endedAt: null });
    return replaced.map(({ id }) => id);
  }

  override async byId(id: string): Promise<Session | null> {
    const found = this.tables.sessions.get(id);
    return found ? sessionOf(found) : null;
  }

  override async change(id: string, decide: (session: Session) => Session): Promise<Session | null> {
    const found = this.tables.sessions.get(id);
    if (!found) return null;
    const before = sessionOf(found);
    const after = decide(before);
    if (after !== before) {
      this.tables.sessions.set(id, { ...after, endedAt: after.ended === null ? null : after.lastSeenAt });
    }
    return after;
  }

  override async confirm(id: string, generation: number): Promise<void> {
    const found = this.tables.sessions.get(id);
    if (found) this.tables.sessions.set(id, { ...found, confirmed: Math.max(found.confirmed, generation) });
  }

  override async end(
    userId: string,
    { only, except }: { only?: string; except?: string },
    reason: SessionEndReason,
    now: Date,
  ): Promise<string[]> {
    const ending = this.living(userId, now).filter(
      ({ id }) => (only === undefined || id === only) && (except === undefined || id !== except),
    );
    for (const session of ending) this.finish(session, reason, now);
    return ending.map(({ id }) => id);
  }

  override async changePassword(
    userId: string,
    { found, next, keep }: { found: string; next: string; keep: string },
    now: Date,
  ): Promise<string[] | null> {
    const user = this.tables.users.get(userId);
    if (user?.passwordHash !== found) return null;
    this.tables.users.set(userId, { ...user, passwordHash: next });
    return this.end(userId, { except: keep }, 'password_changed', now);
  }

  override async ended(ids: readonly string[]): Promise<EndedSession[]> {
    return ids.flatMap((sessionId) => {
      const session = this.tables.sessions.get(sessionId);
      return session?.ended ? [{ sessionId, userId: session.userId, reason: session.ended }] : [];
    });
  }

  override async alive(userId: string, now: Date, after: string, limit: number): Promise<Session[]> {
    return this.living(userId, now)
      .filter(({ id }) => byCodePoint(id, after) > 0)
      .sort((a, b) => byCodePoint(a.id, b.id))
      .slice(0, limit)
      .map(sessionOf);
  }

  private of(userId: string): SessionRow[] {
    return [...this.tables.sessions.values()].filter((session) => session.userId === userId);
  }

  private living(userId: string, now: Date): SessionRow[] {
    return this.of(userId).filter(({ ended, expiresAt }) => ended === null && expiresAt > now);
  }

  private finish(session: SessionRow, reason: SessionEndReason, now: Date): void {
    this.tables.sessions.set(session.id, { ...session, ended: reason, endedAt: now });
  }
}

function sessionOf({ endedAt: _, ...session }: SessionRow): Session {
  return session;
}
