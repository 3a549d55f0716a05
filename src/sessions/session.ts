export const PLATFORMS = ['ios', 'android', 'web', 'desktop', 'bot', 'other'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Why a session has ended. */
export const SESSION_END_REASONS = [
  'expired',
  'logged_out',
  'revoked',
  'replaced',
  'password_changed',
  'token_reused',
  'account_deleted',
] as const;
export type SessionEndReason = (typeof SESSION_END_REASONS)[number];

/** The device as the client describes it. */
export interface Device {
  readonly id?: string;
  readonly name?: string;
  readonly platform?: Platform;
}

/** One user on one device, from log-in until it ends. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The client's own id of its device: a second log-in with it replaces the first session. */
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly platform: Platform;
  /** Goes into the MAC of every refresh token of this session. */
  readonly salt: string;
  /** The current generation; the first is 1. */
  readonly generation: number;
  /** The newest generation of which either token was ever used. */
  readonly confirmed: number;
  /** When the newest generations were issued, in ms, oldest first; the last is that of `generation`. */
  readonly rotations: readonly number[];
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly ended: SessionEndReason | null;
}

/** The tokens of one generation of a session. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
}

/** How long a retired refresh token still returns its successor, for tabs that refresh concurrently. */
const RACE_MS = 30_000;
/** Rotations that are stored: a correct client makes fewer within {@link RACE_MS}. */
const MAX_ROTATIONS = 32;

/**
 * Decides on a refresh token of `generation`:
 * - `rotate`: it is current; it is retired for the next one;
 * - `repeat`: it is retired, but the answer may have been lost, so the same successor is returned again;
 * - `reused`: a second party holds a copy. The session ends (RFC 9700 §4.14.2).
 */
export function refreshDecision(session: Session, generation: number, now: Date): 'rotate' | 'repeat' | 'reused' {
  if (generation === session.generation) return 'rotate';
  // Newer than stored: happens only after a backup was restored.
  if (generation > session.generation) return 'reused';
  const unconfirmed = generation === session.generation - 1 && session.confirmed <= generation;
  const retiredAt = session.rotations.at(generation - session.generation) ?? 0;
  return unconfirmed || now.getTime() - retiredAt <= RACE_MS ? 'repeat' : 'reused';
}

/** The session after a rotation: the presented generation is confirmed and retired, and the expiry is renewed. */
export function rotate(session: Session, now: Date, ttlMs: number): Session {
  const recent = session.rotations.filter((at) => now.getTime() - at <= RACE_MS);
  return {
    ...session,
    generation: session.generation + 1,
    confirmed: session.generation,
    rotations: [...recent, now.getTime()].slice(-MAX_ROTATIONS),
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + ttlMs),
  };
}

/** Whether the session is active: neither ended nor expired. */
export const isAlive = (session: Session, now: Date): boolean =>
  session.ended === null && session.expiresAt.getTime() > now.getTime();
