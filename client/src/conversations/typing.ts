import type { ServerEvents } from '../generated/events.js';
import { Computed, type Observable } from '../observable.js';

/** The server expires a typing user after 6 s and forwards at most one event every 2 s. */
const REPEAT_MS = 3_000;

/**
 * Typing indicators in both directions: the other users who are typing, and the user's own. `GoChatClient` reports key
 * presses; `ClientCore` delivers events.
 */
export class Typing {
  private readonly typists = new Map<string, Map<string, ReturnType<typeof setTimeout>>>();
  private readonly states = new Map<string, Computed<readonly string[]>>();
  /** Time of the last command, by conversation. */
  private readonly lastSentAt = new Map<string, number>();

  /** @param sendCommand sends a command; drops it while offline */
  constructor(
    private readonly sendCommand: (command: 'typing:start' | 'typing:stop', conversationId: string) => void,
  ) {}

  of(conversationId: string): Observable<readonly string[]> {
    const state =
      this.states.get(conversationId) ??
      new Computed<readonly string[]>(() => [...(this.typists.get(conversationId)?.keys() ?? [])]);
    this.states.set(conversationId, state);
    return state;
  }

  /** Call it at each key press. Sends a command every three seconds. */
  start(conversationId: string): void {
    if (Date.now() - (this.lastSentAt.get(conversationId) ?? 0) < REPEAT_MS) return;
    this.lastSentAt.set(conversationId, Date.now());
    this.sendCommand('typing:start', conversationId);
  }

  stop(conversationId: string): void {
    if (this.lastSentAt.delete(conversationId)) this.sendCommand('typing:stop', conversationId);
  }

  /** The user sent a message, which ends their typing on the server. */
  onMessageSent(conversationId: string): void {
    this.lastSentAt.delete(conversationId);
  }

  onTypingEvent({ conversationId, userId, active, expiresInMs }: ServerEvents['typing']): void {
    const typists = this.typists.get(conversationId) ?? new Map<string, ReturnType<typeof setTimeout>>();
    this.typists.set(conversationId, typists);
    clearTimeout(typists.get(userId));
    if (active)
      typists.set(
        userId,
        setTimeout(() => this.removeTypist(conversationId, userId), expiresInMs),
      );
    else typists.delete(userId);
    this.states.get(conversationId)?.invalidate();
  }

  /** The user stopped typing, or their message arrived. */
  removeTypist(conversationId: string, userId: string): void {
    const typists = this.typists.get(conversationId);
    clearTimeout(typists?.get(userId));
    if (typists?.delete(userId)) this.states.get(conversationId)?.invalidate();
  }

  /** Removes all indicators: no events arrive while offline. */
  offline(): void {
    this.lastSentAt.clear();
    for (const [conversationId, typists] of this.typists) {
      for (const userId of [...typists.keys()]) this.removeTypist(conversationId, userId);
    }
  }
}
