/** Who has a live connection to this node, and how many. */
export class OnlineUsers {
  private readonly connections = new Map<string, number>();

  has(userId: string): boolean {
    return this.connections.has(userId);
  }

  connected(userId: string): void {
    this.connections.set(userId, (this.connections.get(userId) ?? 0) + 1);
  }

  disconnected(userId: string): void {
    const left = (this.connections.get(userId) ?? 0) - 1;
    if (left > 0) this.connections.set(userId, left);
    else this.connections.delete(userId);
  }
}
