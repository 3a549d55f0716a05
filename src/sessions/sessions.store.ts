import type { Session, SessionEndReason } from './session.js';

/** A session that was ended before it expired. */
export interface EndedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly reason: SessionEndReason;
}

/** Sessions. Ended ones are kept for 30 days. */
export abstract class SessionStore {
  /**
   * Adds a session and ends active ones of the same user and device. Deletes outdated sessions of the user. Adds nothing
   * for a deleted account.
   * @returns the ids of the sessions that were replaced
   */
  abstract add(session: Session): Promise<string[]>;

  abstract byId(id: string): Promise<Session | null>;

  /**
   * Changes a session under a lock: stores the result of `decide`.
   * @returns the result of `decide`, or null when there is no such session
   */
  abstract change(id: string, decide: (session: Session) => Session): Promise<Session | null>;

  /** Stores that a token of this generation was used. */
  abstract confirm(id: string, generation: number): Promise<void>;

  /**
   * Ends the active sessions of a user: all of them, all but one, or one.
   * @returns the ids of the sessions that it ended
   */
  abstract end(
    userId: string,
    which: { readonly only?: string; readonly except?: string },
    reason: SessionEndReason,
    now: Date,
  ): Promise<string[]>;

  /**
   * Replaces the password hash `found` by `next` and ends the user's sessions except `keep`, in one transaction.
   * @returns the ids of the sessions that it ended, or null when the password has changed since
   */
  abstract changePassword(
    userId: string,
    change: { readonly found: string; readonly next: string; readonly keep: string },
    now: Date,
  ): Promise<string[] | null>;

  /** The sessions among `ids` that were ended before they expired. */
  abstract ended(ids: readonly string[]): Promise<EndedSession[]>;

  /** Active sessions of a user in the order of their ids, starting after `after`. */
  abstract alive(userId: string, now: Date, after: string, limit: number): Promise<Session[]>;
}
