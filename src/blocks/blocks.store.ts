import type { User } from '../users/user.js';

/** Who wants nothing of whom. A block is made by one, and counts both ways. */
export abstract class BlockStore {
  /** Blocking twice changes nothing. @returns false when one of the two does not exist, or does no more */
  abstract add(userId: string, blockedId: string, now: Date): Promise<boolean>;

  /** Without a block, nothing changes. */
  abstract remove(userId: string, blockedId: string): Promise<void>;

  /** Whom a user has blocked, by id, from after `after`. */
  abstract list(userId: string, after: string, limit: number): Promise<User[]>;

  /** Those among `userIds` who blocked a user or were blocked by them. */
  abstract among(userId: string, userIds: readonly string[]): Promise<string[]>;
}
