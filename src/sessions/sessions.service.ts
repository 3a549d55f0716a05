import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { newId } from '../common/ids.js';
import { decodeCursor, PAGE, type Page, pageOf } from '../common/pagination.js';
import { Events } from '../domain-events.js';
import {
  type Device,
  isAlive,
  type IssuedTokens,
  refreshDecision,
  rotate,
  type Session,
  type SessionEndReason,
} from './session.js';
import { type EndedSession, SessionStore } from './sessions.store.js';
import { type AccessClaims, Tokens } from './tokens.adapter.js';

/** How long an active session is cached. Without Redis, another node's revocation takes effect after this time. */
const SESSION_CACHE_TTL_MS = 4_000;
const MAX_CACHED_SESSIONS = 50_000;

/** An active session, and the generation whose tokens its client receives. */
export interface Grant {
  readonly session: Session;
  readonly generation: number;
}

/** Opens, refreshes, authenticates, lists and ends sessions. */
@Injectable()
export class SessionsService {
  private readonly activeCache = new LRUCache<string, Session>({ max: MAX_CACHED_SESSIONS, ttl: SESSION_CACHE_TTL_MS });

  constructor(
    private readonly sessions: SessionStore,
    private readonly tokens: Tokens,
    private readonly events: Events,
    private readonly clock: Clock,
    private readonly ttlMs: number,
  ) {
    // The event may come from another node.
    events.on('session.ended', ({ sessionId }) => this.activeCache.delete(sessionId));
  }

  /** Opens a session. An active session of the same user and device ends as `replaced`. */
  async open(userId: string, device: Device = {}): Promise<Grant> {
    const now = this.clock.now();
    const session: Session = {
      id: newId(),
      userId,
      deviceId: device.id ?? null,
      deviceName: device.name ?? null,
      platform: device.platform ?? 'other',
      salt: randomBytes(32).toString('base64url'),
      generation: 1,
      confirmed: 1,
      rotations: [now.getTime()],
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + this.ttlMs),
      ended: null,
    };
    const replaced = await this.sessions.add(session);
    this.announceEnd(userId, replaced, 'replaced');
    return { session, generation: 1 };
  }

  /**
   * Exchanges a refresh token for the next one, by the rule of {@link refreshDecision}.
   * @throws DomainError `unauthenticated`, `session_revoked`, `token_reused`
   */
  async refresh(token: string): Promise<Grant> {
    const claimed = this.tokens.readRefresh(token);
    if (!claimed) throw noRefreshToken();
    const { generation } = claimed;
    const now = this.clock.now();
    let verdict: 'rotate' | 'repeat' | 'reused' | 'dead' | 'forged' = 'forged';
    const session = await this.sessions.change(claimed.sessionId, (found) => {
      if (!this.tokens.isGenuine(token, found.salt)) {
        verdict = 'forged';
        return found;
      }
      verdict = refreshDecision(found, generation, now);
      if (verdict === 'reused') {
        return isAlive(found, now) ? { ...found, ended: 'token_reused', lastSeenAt: now } : found;
      }
      if (!isAlive(found, now)) {
        verdict = 'dead';
        return found;
      }
      return verdict === 'rotate' ? rotate(found, now, this.ttlMs) : found;
    });
    return this.grant(session, verdict, generation);
  }

  /** The tokens of the generation that was granted. The same grant gives the same refresh token. */
  issueTokens({ session, generation }: Grant): IssuedTokens {
    const { token, expiresAt } = this.tokens.issueAccess(session, generation, this.clock.now());
    return {
      accessToken: token,
      accessTokenExpiresAt: expiresAt,
      refreshToken: this.tokens.refreshToken(session, generation),
    };
  }

  /**
   * The actor of a verified access token whose session is active.
   * @throws DomainError `session_revoked`
   */
  async authenticate({ sub, sid, gen }: Pick<AccessClaims, 'sub' | 'sid' | 'gen'>): Promise<Actor> {
    const known = this.activeCache.get(sid);
    // A newer generation than the cached one was issued since, perhaps by another node: its use must be stored.
    const session = known && gen <= known.generation ? known : await this.sessions.byId(sid);
    if (session?.userId !== sub || !isAlive(session, this.clock.now())) throw sessionEnded();
    this.activeCache.set(sid, session, { noUpdateTTL: true });
    if (gen > session.confirmed && gen <= session.generation) {
      await this.sessions.confirm(sid, gen);
      this.activeCache.set(sid, { ...session, confirmed: gen }, { noUpdateTTL: true });
    }
    return { userId: sub, sessionId: sid };
  }

  /** Why a session has ended, read from the store; null while it is active. */
  async endReason(sessionId: string): Promise<SessionEndReason | null> {
    const session = await this.sessions.byId(sessionId);
    if (session && isAlive(session, this.clock.now())) return null;
    return session?.ended ?? 'expired';
  }

  /** The sessions among `ids` that were ended before they expired, read from the store. @param ids at most 1,000 */
  ended(ids: readonly string[]): Promise<EndedSession[]> {
    return this.sessions.ended(ids);
  }

  /** Ends the actor's session, with its sockets. */
  async logout(actor: Actor): Promise<void> {
    await this.end(actor.userId, { only: actor.sessionId }, 'logged_out');
  }

  /** Ends every session of the actor. */
  async logoutAll(actor: Actor): Promise<void> {
    await this.end(actor.userId, {}, 'logged_out');
  }

  /** Ends another (or this) session of the actor. @throws DomainError `not_found` */
  async revoke(actor: Actor, sessionId: string): Promise<void> {
    const ended = await this.end(actor.userId, { only: sessionId }, 'revoked');
    if (ended.length === 0) throw new DomainError('not_found', 'You have no such session.');
  }

  /** Ends the sessions that `which` selects. @returns their ids */
  async end(userId: string, which: { only?: string; except?: string }, reason: SessionEndReason): Promise<string[]> {
    const ended = await this.sessions.end(userId, which, reason, this.clock.now());
    this.announceEnd(userId, ended, reason);
    return ended;
  }

  /**
   * Replaces the password hash if it is still `found`, and ends the actor's other sessions.
   * @returns whether it was still `found`
   */
  async changePassword({ userId, sessionId }: Actor, found: string, next: string): Promise<boolean> {
    const ended = await this.sessions.changePassword(userId, { found, next, keep: sessionId }, this.clock.now());
    this.announceEnd(userId, ended ?? [], 'password_changed');
    return ended !== null;
  }

  /** The actor's active sessions, oldest first. */
  async list(actor: Actor, limit: number = PAGE.default, cursor?: string): Promise<Page<Session>> {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['id']);
    const rows = await this.sessions.alive(actor.userId, this.clock.now(), after, limit + 1);
    return pageOf(rows, limit, ({ id }) => [id]);
  }

  private grant(session: Session | null, verdict: string, generation: number): Grant {
    if (!session || verdict === 'forged') throw noRefreshToken();
    if (verdict === 'rotate') {
      this.activeCache.delete(session.id);
      return { session, generation: session.generation };
    }
    if (verdict === 'repeat') return { session, generation: generation + 1 };
    if (verdict === 'reused' && session.ended === 'token_reused') {
      this.announceEnd(session.userId, [session.id], 'token_reused');
      throw new DomainError('token_reused', 'That refresh token was used before, so its session was ended.');
    }
    throw sessionEnded();
  }

  /** Publishes `session.ended` for each session: caches drop it, and its sockets close. */
  announceEnd(userId: string, sessionIds: readonly string[], reason: SessionEndReason): void {
    for (const sessionId of sessionIds) {
      this.events.publish('session.ended', { sessionId, userId, reason });
    }
  }
}

function noRefreshToken(): DomainError {
  return new DomainError('unauthenticated', 'That is not a refresh token of this server.');
}

function sessionEnded(): DomainError {
  return new DomainError('session_revoked', 'This session has ended. Log in again.');
}
