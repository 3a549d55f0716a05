export const PLATFORMS = ['ios', 'android', 'web', 'desktop', 'bot', 'other'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Why a session is over. */
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

/** What a client says of the device that it runs on. */
export interface Device {
  readonly id?: string;
  readonly name?: string;
  readonly platform?: Platform;
}

/** One user on one device, from log-in until it ends. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** The client's own name for its device: a second log-in with it replaces the first. */
  readonly deviceId: string | null;
  readonly deviceName: string | null;
  readonly platform: Platform;
  /** Goes into the MAC of every refresh token of this session. */
  readonly salt: string;
  /** The refresh token that counts; the first is 1. */
  readonly generation: number;
  /** The newest generation of which either token was ever used. */
  readonly confirmed: number;
  /** When the newest generations came, in ms, oldest first; the last is that of `generation`. */
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

/** How long a retired refresh token still gets its successor, for tabs that raced. */
const RACE_MS = 30_000;
/** Rotations that are remembered: nobody honest makes more within {@link RACE_MS}. */
const MAX_ROTATIONS = 32;

/**
 * What the presentation of a session's refresh token of `generation` means:
 * - `rotate`: it is the one that counts, and is retired for the next;
 * - `repeat`: it was retired, but its answer may have been lost, so it gets the same successor again;
 * - `reused`: somebody holds a copy. The session ends (RFC 9700 §4.14.2).
 */
export function refreshDecision(session: Session, generation: number, now: Date): 'rotate' | 'repeat' | 'reused' {
  if (generation === session.generation) return 'rotate';
  // From the future: only a restored backup knows less than its clients.
  if (generation > session.generation) return 'reused';
  const unconfirmed = generation === session.generation - 1 && session.confirmed <= generation;
  const retiredAt = session.rotations.at(generation - session.generation) ?? 0;
  return unconfirmed || now.getTime() - retiredAt <= RACE_MS ? 'repeat' : 'reused';
}

/** The session after a rotation: the presented generation is confirmed and retired, and its life starts anew. */
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

/** Whether the session's tokens may still be used. */
export const isAlive = (session: Session, now: Date): boolean =>
  session.ended === null && session.expiresAt.getTime() > now.getTime();
