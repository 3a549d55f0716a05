import type { RealtimeComponent } from './realtime-component.js';
import type { ChatSocket } from './socket-types.js';

/** Time between `session:expiring` and the expiry of the access token. */
const WARNING_MS = 60_000;
/** The longest delay of `setTimeout`. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Emits `session:expiring` before the access token of a socket expires, and closes the socket when it does.
 * `SocketInitializer` starts the timer of each socket; the command `session:refresh` restarts it with a newer token.
 */
export class TokenExpiryTimer implements RealtimeComponent {
  private readonly timers = new WeakMap<ChatSocket, NodeJS.Timeout>();

  /** Starts the timer for the socket's current token, in place of the one before. */
  watch(socket: ChatSocket): void {
    this.onSocketClosed(socket);
    // The socket may have closed while its new token was verified.
    if (!socket.connected) return;
    this.schedule(socket, WARNING_MS, () => {
      socket.emit('session:expiring', { expiresAt: socket.data.expiresAt.toISOString() });
      this.schedule(socket, 0, () => {
        socket.emit('session:ended', { reason: 'expired' });
        socket.disconnect(true);
      });
    });
  }

  /** Stops the timer of a closed socket. */
  onSocketClosed(socket: ChatSocket): void {
    clearTimeout(this.timers.get(socket));
  }

  /** Calls `task` `beforeMs` before the socket's token expires. */
  private schedule(socket: ChatSocket, beforeMs: number, task: () => void): void {
    const remainingMs = socket.data.expiresAt.getTime() - Date.now() - beforeMs;
    const timer = setTimeout(
      () => (remainingMs > MAX_TIMER_MS ? this.schedule(socket, beforeMs, task) : task()),
      Math.min(Math.max(remainingMs, 0), MAX_TIMER_MS),
    );
    this.timers.set(socket, timer);
  }
}
