import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { LRUCache } from 'lru-cache';
import { type SecretOrKeyProvider, Strategy } from 'passport-jwt';

import type { Actor } from '../common/actor.js';
import { DomainError } from '../common/domain-error.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type AccessClaims, ALGORITHM, AUDIENCE, ISSUER, Tokens } from '../sessions/tokens.adapter.js';

/** Of these a token is read, on HTTP as at the handshake. */
interface Headers {
  readonly headers: { readonly authorization: string | undefined };
}

type Claims = Pick<AccessClaims, 'sub' | 'sid' | 'gen' | 'exp'>;

/** RFC 6750 §2.1. Passport's own reader looks at a long header as many times as it has characters. */
const BEARER = /^bearer +(\S+)$/i;
const bearerOf = ({ headers: { authorization } }: Headers): string | null =>
  BEARER.exec(authorization ?? '')?.[1] ?? null;
const REMEMBERED_TOKENS = 10_000;

/** What a verified token belongs to, and when it expires. */
export interface VerifiedToken {
  readonly actor: Actor;
  readonly expiresAt: Date;
}

/**
 * The one verifier of access tokens, of HTTP requests and socket handshakes alike: algorithm, issuer and audience are
 * pinned (RFC 8725), the key is the one of ours that `kid` names, and the session must live.
 *
 * A token that was found good is remembered with its claims, as its signature is as right the next time: the same text
 * under the same keys, which a process never changes. What does change is asked each time: the clock, and the session.
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  private readonly verified = new LRUCache<string, Claims>({ max: REMEMBERED_TOKENS });

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

  /** Called by passport with the claims of a token whose signature, times, issuer and audience are right. */
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
    return known && Date.now() < known.exp * 1_000 ? this.accept(known) : this.verifyAnew(request);
  }

  private async accept(claims: Claims): Promise<VerifiedToken> {
    return { actor: await this.sessions.authenticate(claims), expiresAt: new Date(claims.exp * 1_000) };
  }

  private verifyAnew(request: Headers): Promise<VerifiedToken> {
    return new Promise((resolve, reject) => {
      // As passport does: the strategy runs as a copy of itself per request, with these callbacks set on it.
      const callbacks = {
        success: resolve,
        fail: (info: unknown) => reject(refusal(info)),
        error: reject,
      };
      const attempt: unknown = Object.assign(Object.create(this), callbacks);
      const authenticate: unknown = Reflect.get(this, 'authenticate');
      if (typeof authenticate === 'function') Reflect.apply(authenticate, attempt, [request]);
    });
  }
}

/** Hands out the key that a token's `kid` names. Its declared type knows strings and buffers only; KeyObjects work. */
const keyProvider =
  (tokens: Tokens): SecretOrKeyProvider =>
  (_request, token: string, done) => {
    const key = tokens.accessKey(kidOf(token));
    Reflect.apply(done, undefined, key ? [null, key] : [new Error('The token names no key of this server.')]);
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
