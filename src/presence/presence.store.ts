/** Who may know of whom whether they are there, and when they last were. */
export abstract class PresenceStore {
  /**
   * Those among `userIds` of whom a user may know: they are in a conversation together, and neither has blocked the
   * other. It holds both ways, and for oneself.
   * @returns each with the end of their last connection; null when they never had one
   */
  abstract visibleTo(userId: string, userIds: readonly string[]): Promise<Map<string, string | null>>;

  /** When a user's last connection ended; null for none. */
  abstract lastSeen(userId: string): Promise<string | null>;

  /** Notes when the last connection of those users ended; it only goes forward. */
  abstract setLastSeen(userIds: readonly string[], at: Date): Promise<void>;
}
