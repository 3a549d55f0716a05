import type { Environment } from './environment.js';
import type { LocalStore } from './store/local-store.js';
import type { TokenStore } from './session/token-store.js';
import type { DeviceInfo } from './api-types.js';

/** How a client is made. */
export interface ClientOptions {
  /** The server's origin, such as `https://chat.example.org`; in a page that it serves, `location.origin`. */
  readonly url: string;
  /** Where the session is kept; in memory unless told. */
  readonly tokens?: TokenStore;
  /** Where conversations, messages and outbox are kept; in memory unless told. */
  readonly store?: LocalStore;
  /** What the list of sessions shows of this device. Logging in again with the same `id` replaces the session. */
  readonly device?: DeviceInfo;
  /** How many messages a list holds at most: 50 to 1,000, 200 unless told. */
  readonly windowSize?: number;
  /** Tells the server by itself what has arrived on this device; true unless told. */
  readonly marksDelivered?: boolean;
  /** Tells when the app or the network comes back; browsers are known. */
  readonly environment?: Environment;
  readonly timing?: Partial<Timing>;
}

/** Times, in milliseconds. The defaults suit phones; tests and odd networks may want others. */
export interface Timing {
  /** A connection that is not there within this is given up: 5,000. */
  readonly connectMs: number;
  /** A command or request that is not answered within this has failed: 15,000. */
  readonly answerMs: number;
  /** The wait after a first failure, doubled with each further one: 500. */
  readonly retryMinMs: number;
  /** The longest wait: 30,000. */
  readonly retryMaxMs: number;
  /** Events may come out of order: a gap that closes within this is none. 250. */
  readonly gapMs: number;
}

/** @returns the times, with the defaults where none are told */
export function timingOf(timing: Partial<Timing> = {}): Timing {
  return { connectMs: 5_000, answerMs: 15_000, retryMinMs: 500, retryMaxMs: 30_000, gapMs: 250, ...timing };
}
