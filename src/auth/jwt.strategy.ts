import type { KeyObject } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { LRUCache } from 'lru-cache';
import passport from 'passport';
import { type SecretOrKeyProvider, Strategy } from 'passport-jwt';

import type { Actor } from '../common/actor.js';
import { DomainError } from '../common/domain-error.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type AccessClaims, ALGORITHM, AUDIENCE, ISSUER, Tokens } from '../sessions/tokens.adapter.js';

/** The part of a request that holds the token. */
interface Headers {
  readonly headers: { readonly authorization: string | undefined };
}

/** Passport with the types that `JwtStrategy` needs. With a callback, its middleware uses no response. */
const authenticator: {
  authenticate(
    strategy: unknown,
    options: { session: false },
    done: (error: unknown, verified: VerifiedToken | false, info: unknown) => void,
  ): (request: Headers, response: object, next: (error: unknown) => void) => void;
} = passport;

type Claims = Pick<AccessClaims, 'sub' | 'sid' | 'gen' | 'exp'>;

/** RFC 6750 §2.1. The reader of passport-jwt takes quadratic time on a long header. */
const BEARER = /^bearer +(\S+)$/i;
const bearerOf = ({ headers: { authorization } }: Headers): string | null =>
  BEARER.exec(authorization ?? '')?.[1] ?? null;
const MAX_CACHED_TOKENS = 10_000;

/** The actor of a verified token, and when the token expires. */
export interface VerifiedToken {
  readonly actor: Actor;
  readonly expiresAt: Date;
}

/**
 * Verifies access tokens, for HTTP requests and socket handshakes. Algorithm, issuer and audience are pinned (RFC 8725),
 * `kid` selects one of the server's keys, and the session must be active.
 *
 * The claims of verified tokens are cached: the keys of a process never change, so a signature stays valid. The expiry
 * and the session are checked on every call.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  private readonly verified = new LRUCache<string, Claims>({ max: MAX_CACHED_TOKENS });

  constructor(
    tokens: Tokens,
    private readonly sessions: SessionsService,
  ) {
    super({
      jwtFromRequest: bearerOf,
      passReqToCallback: true,
      secretOrKeyProvider: keyProvider(tokens),
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
    });
  }

  /** Passport calls it with the claims of a token whose signature, times, issuer and audience are valid. */
  async validate(request: Headers, { sub, sid, gen, exp }: Partial<AccessClaims>): Promise<VerifiedToken> {
    if (typeof sub !== 'string' || typeof sid !== 'string' || typeof gen !== 'number' || typeof exp !== 'number') {
      throw unauthenticated();
    }
    const claims = { sub, sid, gen, exp };
    this.verified.set(bearerOf(request) ?? '', claims);
    return this.accept(claims);
  }

  /**
   * Verifies the bearer token of an `Authorization` header (RFC 6750).
   * @throws DomainError `unauthenticated`, `token_expired`, `session_revoked`
   */
  verify(authorization: string | undefined): Promise<VerifiedToken> {
    const request: Headers = { headers: { authorization } };
    const known = this.verified.get(bearerOf(request) ?? '');
    return known && Date.now() < known.exp * 1_000 ? this.accept(known) : this.verifyUncached(request);
  }

  private async accept(claims: Claims): Promise<VerifiedToken> {
    return { actor: await this.sessions.authenticate(claims), expiresAt: new Date(claims.exp * 1_000) };
  }

  /** Verifies a token that is not cached, through passport, which calls {@link validate}. */
  private verifyUncached(request: Headers): Promise<VerifiedToken> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, verified: VerifiedToken | false, info: unknown) => {
        if (error instanceof Error) reject(error);
        else if (verified) resolve(verified);
        else reject(refusal(info));
      };
      // Passport stores the callbacks of a request on the strategy: each request needs an object of its own.
      const attempt: unknown = Object.create(this);
      authenticator.authenticate(attempt, { session: false }, done)(request, {}, reject);
    });
  }
}

/** The callback of passport-jwt, which also accepts a KeyObject. Its declared type permits strings and buffers only. */
interface KeyCallback {
  done(error: Error | null, key?: KeyObject | string | Buffer): void;
}

/** Provides the key that a token's `kid` names. */
const keyProvider =
  (tokens: Tokens): SecretOrKeyProvider =>
  (_request, token: string, done) => {
    const key = tokens.accessKey(kidOf(token));
    const callback: KeyCallback = { done };
    if (key) callback.done(null, key);
    else callback.done(new Error('The token names no key of this server.'));
  };

function kidOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    return typeof header === 'object' && header !== null && 'kid' in header ? header.kid : undefined;
  } catch {
    return undefined;
  }
}

function refusal(info: unknown): DomainError {
  if (info instanceof Error && info.name === 'TokenExpiredError') {
    return new DomainError('token_expired', 'The access token has expired. Refresh it.');
  }
  return unauthenticated();
}

function unauthenticated(): DomainError {
  return new DomainError('unauthenticated', 'A valid access token is required.');
}
