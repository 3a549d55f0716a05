/** Told of who comes and goes. */
export interface OnlineListener {
  /** Somebody's first connection to this node. */
  connectedHere?(userId: string): void;
  /** Somebody is on this node no more. @param at when their last connection to it ended */
  disconnectedHere?(userId: string, at: Date): void;
  /** Somebody is online now, who was not on any node. */
  online?(userId: string): void;
  /** Somebody is on no node any more. */
  offline?(userId: string): void;
}

interface Presence {
  connections: number;
  /** Runs from the end of the last connection until the user is taken to have gone. */
  grace?: NodeJS.Timeout | undefined;
  lastAt: Date;
}

/**
 * Who has a live connection, to this node or another. Somebody stays online for a moment after their last connection
 * ended, so that a quick reconnect is not seen by anybody.
 */
export class OnlineUsers {
  private readonly users = new Map<string, Presence>();
  /** On how many other nodes somebody is. */
  private readonly elsewhere = new Map<string, number>();
  private readonly listeners: OnlineListener[] = [];

  /** @param graceMs how long somebody stays online after their last connection ended */
  constructor(private readonly graceMs: number) {}

  /** Who is told of what changes from here on. */
  observe(listener: OnlineListener): void {
    this.listeners.push(listener);
  }

  has(userId: string): boolean {
    return this.users.has(userId) || this.elsewhere.has(userId);
  }

  /** How many connections somebody has to this node. */
  connectionsOf(userId: string): number {
    return this.users.get(userId)?.connections ?? 0;
  }

  /** Everybody who is connected to this node. */
  allHere(): string[] {
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
    if (isNew) this.tellCame(userId);
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

  /** Another node has somebody. */
  connectedOnPeer(userId: string): void {
    const isNew = !this.has(userId);
    this.elsewhere.set(userId, (this.elsewhere.get(userId) ?? 0) + 1);
    if (isNew) this.tellCame(userId);
  }

  /** Another node has somebody no more. */
  wentElsewhere(userId: string): void {
    const nodes = this.elsewhere.get(userId) ?? 0;
    if (nodes > 1) this.elsewhere.set(userId, nodes - 1);
    else this.elsewhere.delete(userId);
    if (nodes > 0 && !this.has(userId)) this.tellWent(userId);
  }

  private gone(userId: string, { lastAt }: Presence): void {
    this.users.delete(userId);
    for (const listener of this.listeners) listener.disconnectedHere?.(userId, lastAt);
    if (!this.has(userId)) this.tellWent(userId);
  }

  private tellCame(userId: string): void {
    for (const listener of this.listeners) listener.online?.(userId);
  }

  private tellWent(userId: string): void {
    for (const listener of this.listeners) listener.offline?.(userId);
  }
}
