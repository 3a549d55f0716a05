import type { Session, SessionEndReason } from './session.js';

/** A session that was ended before its time. */
export interface EndedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly reason: SessionEndReason;
}

/** Sessions, dead ones included for a while. */
export abstract class SessionStore {
  /**
   * Adds a session and ends those of the same user and device. Long-dead sessions of that user are forgotten.
   * A deleted account gets none.
   * @returns the ids of the sessions that were replaced
   */
  abstract add(session: Session): Promise<string[]>;

  abstract byId(id: string): Promise<Session | null>;

  /**
   * Changes one session, alone with it: what `decide` returns is stored before anybody else sees it.
   * @returns what `decide` returned, or null when there is no such session
   */
  abstract change(id: string, decide: (session: Session) => Session): Promise<Session | null>;

  /** Notes that a token of that generation was used. */
  abstract confirm(id: string, generation: number): Promise<void>;

  /**
   * Ends the living sessions of a user: all of them, all but one, or one.
   * @returns the ids of those that were alive
   */
  abstract end(
    userId: string,
    which: { readonly only?: string; readonly except?: string },
    reason: SessionEndReason,
    now: Date,
  ): Promise<string[]>;

  /**
   * Sets another password's hash in place of the one that was found, and ends the living sessions of the user but one: both
   * or neither.
   * @returns the ids of those that were alive, or null when the password is not the one that was found any more
   */
  abstract changePassword(
    userId: string,
    change: { readonly found: string; readonly next: string; readonly keep: string },
    now: Date,
  ): Promise<string[] | null>;

  /** Those of the sessions that were ended before their time. */
  abstract ended(ids: readonly string[]): Promise<EndedSession[]>;

  /** Living sessions of a user by id, from after `after`. */
  abstract alive(userId: string, now: Date, after: string, limit: number): Promise<Session[]>;
}
