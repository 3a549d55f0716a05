import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { RateLimiter, rateLimited } from '../infrastructure/rate-limits/rate-limiter.js';

/** The longest wait for one place, and for all places where an account is not known to log in. */
const MAX_WAIT_MS = { guess: 15 * 60_000, account: 60_000 };
/** A place that an account has logged in from is known for so long, on this node. */
const KNOWN_MS = 30 * 24 * 3_600_000;
const MAX_KNOWN = 20_000;

/**
 * Slows down whoever guesses passwords (OWASP Authentication Cheat Sheet, *Account Lockout*; ASVS 5.0 §6.3.1): an account
 * from one place, and far more loosely from all places together, where nobody who has logged in from a place before is
 * concerned, so that guessing locks no owner out. Whether there is such an account makes no difference.
 */
@Injectable()
export class LoginThrottle {
  private readonly known = new LRUCache<string, true>({ max: MAX_KNOWN, ttl: KNOWN_MS });

  constructor(private readonly limits: RateLimiter) {}

  /**
   * Checks a password, unless too many were wrong. It counts from the beginning as a wrong one, so that many at once are as
   * many as one after the other.
   * @param account whatever names it, folded
   * @param place an address, or a session
   * @param open gives what a right password opens, and null for a wrong one
   * @throws DomainError `rate_limited`, without having checked
   */
  async check<T>(account: string, place: string, open: () => Promise<T | null>): Promise<T | null> {
    const [whom, pair] = [digest(account), digest(`${account} ${place}`)];
    const isKnown = this.known.get(pair) === true;
    this.begin('guess', pair);
    try {
      if (!isKnown) this.begin('account', whom);
    } catch (error) {
      this.limits.refund('guess', pair);
      throw error;
    }
    const takeBack = (points: number): void => {
      this.limits.refund('guess', pair, points);
      if (!isKnown) this.limits.refund('account', whom);
    };
    try {
      const opened = await open();
      if (opened !== null) {
        takeBack(Infinity);
        this.known.set(pair, true);
      }
      return opened;
    } catch (error) {
      takeBack(1);
      throw error;
    }
  }

  private begin(rate: 'guess' | 'account', key: string): void {
    const waitMs = this.limits.spendWithBackoff(rate, key, MAX_WAIT_MS[rate]);
    if (waitMs > 0) throw rateLimited(waitMs, 'Too many wrong passwords. Wait a little.');
  }
}

/** No name or address of anybody is kept, here or in Redis. */
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
