/** Receives changes of the users that are online. {@link OnlineUsers} calls it synchronously. */
export interface OnlineListener {
  /** A user opened a first connection to this node. */
  connectedHere?(userId: string): void;
  /** A user has no connection to this node any more. @param at when the last one ended */
  disconnectedHere?(userId: string, at: Date): void;
  /** A user who was on no node is online. */
  online?(userId: string): void;
  /** A user is on no node any more. */
  offline?(userId: string): void;
}

interface LocalUser {
  connections: number;
  /** Runs from the end of the last connection until the user counts as disconnected. */
  grace?: NodeJS.Timeout | undefined;
  lastAt: Date;
}

/**
 * The users with a live connection to any node. The gateway reports connections of this node, and cluster presence those
 * of the other nodes. A user stays online for a grace period after the last connection, which hides quick reconnects.
 */
export class OnlineUsers {
  private readonly users = new Map<string, LocalUser>();
  /** The number of other nodes that each user is connected to. */
  private readonly peerNodes = new Map<string, number>();
  private readonly listeners: OnlineListener[] = [];

  /** @param graceMs how long a user stays online after the last connection, in milliseconds */
  constructor(private readonly graceMs: number) {}

  /** Reports later changes to `listener`. */
  observe(listener: OnlineListener): void {
    this.listeners.push(listener);
  }

  has(userId: string): boolean {
    return this.users.has(userId) || this.peerNodes.has(userId);
  }

  /** The number of connections that a user has to this node. */
  connectionsOf(userId: string): number {
    return this.users.get(userId)?.connections ?? 0;
  }

  /** The users of this node, those in the grace period included. */
  localUsers(): string[] {
    return [...this.users.keys()];
  }

  connected(userId: string): void {
    const user = this.users.get(userId);
    if (user) {
      user.connections++;
      clearTimeout(user.grace);
      return;
    }
    const isNew = !this.has(userId);
    this.users.set(userId, { connections: 1, lastAt: new Date() });
    for (const listener of this.listeners) listener.connectedHere?.(userId);
    if (isNew) this.notifyOnline(userId);
  }

  disconnected(userId: string): void {
    const user = this.users.get(userId);
    if (!user || --user.connections > 0) return;
    user.lastAt = new Date();
    if (this.graceMs === 0) {
      this.remove(userId, user);
      return;
    }
    user.grace = setTimeout(() => {
      this.remove(userId, user);
    }, this.graceMs).unref();
  }

  /** A user connected to another node. Called once for each node. */
  connectedOnPeer(userId: string): void {
    const isNew = !this.has(userId);
    this.peerNodes.set(userId, (this.peerNodes.get(userId) ?? 0) + 1);
    if (isNew) this.notifyOnline(userId);
  }

  /** A user disconnected from another node. */
  disconnectedOnPeer(userId: string): void {
    const nodes = this.peerNodes.get(userId) ?? 0;
    if (nodes > 1) this.peerNodes.set(userId, nodes - 1);
    else this.peerNodes.delete(userId);
    if (nodes > 0 && !this.has(userId)) this.notifyOffline(userId);
  }

  private remove(userId: string, { lastAt }: LocalUser): void {
    this.users.delete(userId);
    for (const listener of this.listeners) listener.disconnectedHere?.(userId, lastAt);
    if (!this.has(userId)) this.notifyOffline(userId);
  }

  private notifyOnline(userId: string): void {
    for (const listener of this.listeners) listener.online?.(userId);
  }

  private notifyOffline(userId: string): void {
    for (const listener of this.listeners) listener.offline?.(userId);
  }
}
