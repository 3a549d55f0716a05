import type { DeviceInfo } from './api-types.js';
import type { Environment } from './environment.js';
import type { TokenStore } from './session/token-store.js';
import type { LocalStore } from './store/local-store.js';

/** Options of {@link GoChatClient}. */
export interface ClientOptions {
  /** The server's origin, such as `https://chat.example.org`. In a page that the server delivers: `location.origin`. */
  readonly url: string;
  /** Stores the session. Default: in memory. */
  readonly tokens?: TokenStore;
  /** Stores conversations, messages and the outbox. Default: in memory. */
  readonly store?: LocalStore;
  /** Shown in the user's list of sessions. A log-in with the same `id` replaces the previous session. */
  readonly device?: DeviceInfo;
  /** Maximum number of messages in a list: 50 to 1,000. Default: 200. */
  readonly windowSize?: number;
  /** Sends delivery receipts automatically. Default: true. */
  readonly marksDelivered?: boolean;
  /** Signals that the app or the network is back. Default: the events of the browser. */
  readonly environment?: Environment;
  readonly timing?: Partial<Timing>;
}

/** Durations in milliseconds. The defaults suit phones. */
export interface Timing {
  /** Time limit for opening a connection. Default: 5,000. */
  readonly connectMs: number;
  /** Time limit for the answer to a command or request. Default: 15,000. */
  readonly answerMs: number;
  /** Delay after the first failure, doubled with each further one. Default: 500. */
  readonly retryMinMs: number;
  /** Maximum delay between attempts. Default: 30,000. */
  readonly retryMaxMs: number;
  /** Delay before a gap in the events causes a sync, as events may arrive out of order. Default: 250. */
  readonly gapMs: number;
}

/** @returns the given durations, with defaults for the others */
export function timingOf(timing: Partial<Timing> = {}): Timing {
  return { connectMs: 5_000, answerMs: 15_000, retryMinMs: 500, retryMaxMs: 30_000, gapMs: 250, ...timing };
}
