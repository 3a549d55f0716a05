import type { User } from '../users/user.js';

/** Blocks between users. One user makes a block; it applies in both directions. */
export abstract class BlockStore {
  /** Blocking twice changes nothing. @returns false when one of the two does not exist or is deleted */
  abstract add(userId: string, blockedId: string, now: Date): Promise<boolean>;

  /** Removing a missing block changes nothing. */
  abstract remove(userId: string, blockedId: string): Promise<void>;

  /** The users that a user has blocked, in the order of their ids, starting after `after`. */
  abstract list(userId: string, after: string, limit: number): Promise<User[]>;

  /** The users among `userIds` who blocked `userId` or whom `userId` blocked. */
  abstract among(userId: string, userIds: readonly string[]): Promise<string[]>;
}
