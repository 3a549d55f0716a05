import type { ProfileChange, User } from './user.js';

/** A new account as it is stored: names folded, password hashed. */
export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly createdAt: Date;
}

/** Accounts and profiles. */
export abstract class UserStore {
  /** @throws DomainError `username_taken`, `email_taken` */
  abstract add(user: NewUser): Promise<User>;

  abstract byId(id: string): Promise<User | null>;

  /** The users of those ids that exist, deleted ones included, in any order. */
  abstract byIds(ids: readonly string[]): Promise<User[]>;

  /** The account that logs in by a folded username or e-mail address, with its password's hash. */
  abstract credentials(login: string): Promise<{ user: User; passwordHash: string } | null>;

  /** The hash of a user's password; null for a user who is unknown or deleted. */
  abstract passwordHash(id: string): Promise<string | null>;

  /**
   * Sets another folded e-mail address, which is not verified; the same one again changes nothing.
   * @param passwordHash of the password that the user gave for it
   * @returns the user before and after, or null for one who is unknown or deleted, or has another password by now
   * @throws DomainError `email_taken`
   */
  abstract setEmail(id: string, email: string, passwordHash: string): Promise<{ before: User; after: User } | null>;

  /** @returns the user as changed, or null for one who is unknown or deleted */
  abstract update(id: string, change: ProfileChange): Promise<User | null>;

  /**
   * Users whose username or display name begins with a folded prefix, ordered by username.
   * @param after the username that the page starts after
   */
  abstract search(prefix: string, after: string, limit: number): Promise<User[]>;
}
