import type { ChatSocket } from './socket-types.js';
import type { RealtimeComponent } from './realtime-component.js';

const WARNING_MS = 60_000;
/** What a timer holds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Warns each socket before its access token expires, and ends it then, unless it brings a new one. */
export class TokenExpiryTimer implements RealtimeComponent {
  private readonly timers = new WeakMap<ChatSocket, NodeJS.Timeout>();

  /** Watches the token that the socket has now, in place of the one before. */
  watch(socket: ChatSocket): void {
    this.onSocketClosed(socket);
    // It may have gone while its new token was being verified.
    if (!socket.connected) return;
    this.wait(socket, WARNING_MS, () => {
      socket.emit('session:expiring', { expiresAt: socket.data.expiresAt.toISOString() });
      this.wait(socket, 0, () => {
        socket.emit('session:ended', { reason: 'expired' });
        socket.disconnect(true);
      });
    });
  }

  /** Stops watching a socket that is gone. */
  onSocketClosed(socket: ChatSocket): void {
    clearTimeout(this.timers.get(socket));
  }

  private wait(socket: ChatSocket, beforeMs: number, then: () => void): void {
    const left = socket.data.expiresAt.getTime() - Date.now() - beforeMs;
    const timer = setTimeout(
      () => (left > MAX_TIMER_MS ? this.wait(socket, beforeMs, then) : then()),
      Math.min(Math.max(left, 0), MAX_TIMER_MS),
    );
    this.timers.set(socket, timer);
  }
}
