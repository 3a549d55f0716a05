/** Which users may see each other's presence, and when each was last online. */
export abstract class PresenceStore {
  /**
   * The users among `userIds` whose presence a user may see: the two share a conversation, and neither has blocked the
   * other. The relation is symmetric, and holds for the user alone.
   * @returns each with the end of the last connection; null when there was none
   */
  abstract visibleTo(userId: string, userIds: readonly string[]): Promise<Map<string, string | null>>;

  /** When a user's last connection ended; null when there was none. */
  abstract lastSeen(userId: string): Promise<string | null>;

  /** Stores when the last connection of users ended. An earlier time than the stored one is ignored. */
  abstract setLastSeen(userIds: readonly string[], at: Date): Promise<void>;
}
