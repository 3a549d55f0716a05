import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';

import type { Env } from '../infrastructure/config/env.js';

export const ALGORITHM = 'HS256';
export const ISSUER = 'gochat';
export const AUDIENCE = 'gochat';

/** The claims of an access token, besides `iat`, `iss` and `aud`. */
export interface AccessClaims {
  readonly sub: string;
  readonly sid: string;
  /** The session's generation at issue. Using the token confirms that generation. */
  readonly gen: number;
  /** Seconds since 1970. */
  readonly exp: number;
}

interface Key {
  readonly kid: string;
  /** Signs and verifies access tokens. A KeyObject: jsonwebtoken converts anything else at every call. */
  readonly access: KeyObject;
  /** Authenticates refresh tokens. */
  readonly refresh: Buffer;
}

const UUID_BYTES = 16;
const GENERATION_BYTES = 4;
const MAC_BYTES = 32;

/** Makes and reads tokens. The newest key makes, all of them read. */
@Injectable()
export class Tokens {
  private readonly keys: readonly Key[];
  private readonly ttlMs: number;

  constructor(
    private readonly jwt: JwtService,
    env: Pick<Env, 'jwtKeys' | 'accessTokenTtlMs'>,
  ) {
    this.ttlMs = env.accessTokenTtlMs;
    this.keys = env.jwtKeys.map(({ kid, secret }) => ({
      kid,
      access: createSecretKey(Buffer.from(secret)),
      refresh: Buffer.from(hkdfSync('sha256', secret, '', 'gochat refresh token', 32)),
    }));
  }

  /** The key that a token's `kid` names, if it is still one of ours. */
  accessKey(kid: unknown): KeyObject | undefined {
    return this.keys.find((key) => key.kid === kid)?.access;
  }

  /** A signed access token for one generation of a session, which it does not outlive (RFC 7519). */
  issueAccess(
    session: { id: string; userId: string; expiresAt: Date },
    generation: number,
    now: Date,
  ): { token: string; expiresAt: Date } {
    const end = Math.min(now.getTime() + this.ttlMs, session.expiresAt.getTime());
    const expiresAt = new Date(Math.floor(end / 1_000) * 1_000);
    const token = this.jwt.sign(
      { sid: session.id, gen: generation, iat: Math.floor(now.getTime() / 1_000), exp: expiresAt.getTime() / 1_000 },
      {
        privateKey: this.newest.access,
        algorithm: ALGORITHM,
        keyid: this.newest.kid,
        subject: session.userId,
        issuer: ISSUER,
        audience: AUDIENCE,
      },
    );
    return { token, expiresAt };
  }

  /**
   * The refresh token of one generation of a session: the session's id, the generation, and a keyed MAC over both and
   * the session's salt. The same for the same key, so that a lost answer can be given again; and the database alone
   * can neither make nor read one.
   */
  refreshToken(session: { id: string; salt: string }, generation: number): string {
    const body = refreshBody(session.id, generation);
    return Buffer.concat([body, mac(this.newest.refresh, body, session.salt)]).toString('base64url');
  }

  /** {@link claimOf} */
  readRefresh(token: string): RefreshClaim | null {
    return claimOf(token);
  }

  /** Whether one of our keys made the refresh token for that salt. */
  isGenuine(token: string, salt: string): boolean {
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(0, UUID_BYTES + GENERATION_BYTES);
    const presented = bytes.subarray(UUID_BYTES + GENERATION_BYTES);
    return this.keys.some((key) => timingSafeEqual(presented, mac(key.refresh, body, salt)));
  }

  private get newest(): Key {
    const [newest] = this.keys;
    if (!newest) throw new Error('There is no signing key.');
    return newest;
  }
}

/** The session and generation that a refresh token names, not verified. */
interface RefreshClaim {
  readonly sessionId: string;
  readonly generation: number;
}

/** Reads the session and generation of a refresh token without verifying it. @returns null for a malformed token */
export function claimOf(token: string): RefreshClaim | null {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== UUID_BYTES + GENERATION_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null;
  const hex = bytes.toString('hex', 0, UUID_BYTES);
  return {
    sessionId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    generation: bytes.readUInt32BE(UUID_BYTES),
  };
}

function refreshBody(sessionId: string, generation: number): Buffer {
  const body = Buffer.alloc(UUID_BYTES + GENERATION_BYTES);
  body.write(sessionId.replaceAll('-', ''), 'hex');
  body.writeUInt32BE(generation, UUID_BYTES);
  return body;
}

const mac = (key: Buffer, body: Buffer, salt: string): Buffer =>
  createHmac('sha256', key).update(body).update(salt).digest();
