/** Told when somebody comes online, or has gone; `at` is when their last connection ended. */
export interface OnlineListener {
  came(userId: string): void;
  went(userId: string, at: Date): void;
}

interface Presence {
  connections: number;
  /** Runs from the end of the last connection until the user is taken to have gone. */
  grace?: NodeJS.Timeout | undefined;
  lastAt: Date;
}

/**
 * Who has a live connection to this node. Somebody stays online for a moment after their last connection ended, so that
 * a quick reconnect is not seen by anybody.
 */
export class OnlineUsers {
  private readonly users = new Map<string, Presence>();
  private listener: OnlineListener | undefined;

  /** @param graceMs how long somebody stays online after their last connection ended */
  constructor(private readonly graceMs: number) {}

  /** Who is told of what changes from here on. */
  observe(listener: OnlineListener): void {
    this.listener = listener;
  }

  has(userId: string): boolean {
    return this.users.has(userId);
  }

  /** Everybody who is online. */
  all(): string[] {
    return [...this.users.keys()];
  }

  connected(userId: string): void {
    const user = this.users.get(userId);
    if (user) {
      user.connections++;
      clearTimeout(user.grace);
      return;
    }
    this.users.set(userId, { connections: 1, lastAt: new Date() });
    this.listener?.came(userId);
  }

  disconnected(userId: string): void {
    const user = this.users.get(userId);
    if (!user || --user.connections > 0) return;
    user.lastAt = new Date();
    if (this.graceMs === 0) {
      this.gone(userId, user);
      return;
    }
    user.grace = setTimeout(() => {
      this.gone(userId, user);
    }, this.graceMs).unref();
  }

  private gone(userId: string, { lastAt }: Presence): void {
    this.users.delete(userId);
    this.listener?.went(userId, lastAt);
  }
}
