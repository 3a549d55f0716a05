import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { RateLimiter, rateLimited } from '../infrastructure/rate-limits/rate-limiter.js';

/** The longest wait, in ms: `guess` for an account from one source, `account` for an account from all unknown sources. */
const MAX_WAIT_MS = { guess: 15 * 60_000, account: 60_000 };
/** A node remembers for this long, in ms, that an account has logged in from a source. */
const KNOWN_MS = 30 * 24 * 3_600_000;
const MAX_KNOWN = 20_000;

/**
 * Throttles password guessing (OWASP Authentication Cheat Sheet, *Account Lockout*; ASVS 5.0 §6.3.1). Wrong passwords are
 * counted per account and source and, with a higher limit, per account over all sources. A source from which the account
 * has logged in before is exempt from the second limit, so that an attack does not lock the owner out. Accounts that do
 * not exist are throttled alike.
 */
@Injectable()
export class LoginThrottle {
  private readonly known = new LRUCache<string, true>({ max: MAX_KNOWN, ttl: KNOWN_MS });

  constructor(private readonly limits: RateLimiter) {}

  /**
   * Checks a password, unless too many were wrong. An attempt counts as wrong until it succeeds, so that the limit also
   * holds for concurrent attempts.
   * @param account the login or the id of the account, in lower case
   * @param source an IP address or a session id
   * @param verify returns null for a wrong password
   * @returns the result of `verify`
   * @throws DomainError `rate_limited`, without a call of `verify`
   */
  async check<T>(account: string, source: string, verify: () => Promise<T | null>): Promise<T | null> {
    const [accountKey, pairKey] = [digest(account), digest(`${account} ${source}`)];
    const isKnown = this.known.get(pairKey) === true;
    this.charge('guess', pairKey);
    try {
      if (!isKnown) this.charge('account', accountKey);
    } catch (error) {
      this.limits.refund('guess', pairKey);
      throw error;
    }
    const refund = (points: number): void => {
      this.limits.refund('guess', pairKey, points);
      if (!isKnown) this.limits.refund('account', accountKey);
    };
    try {
      const verified = await verify();
      if (verified !== null) {
        refund(Infinity);
        this.known.set(pairKey, true);
      }
      return verified;
    } catch (error) {
      refund(1);
      throw error;
    }
  }

  private charge(rate: 'guess' | 'account', key: string): void {
    const waitMs = this.limits.spendWithBackoff(rate, key, MAX_WAIT_MS[rate]);
    if (waitMs > 0) throw rateLimited(waitMs, 'Too many wrong passwords. Wait a little.');
  }
}

/** Neither this node nor Redis stores a login or an IP address, only their hashes. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
