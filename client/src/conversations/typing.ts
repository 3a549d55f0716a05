import type { ServerEvents } from '../generated/events.js';
import { Computed, type Observable } from '../observable.js';

/** The server forgets a typist after six seconds, and tells others at most every two. */
const REPEAT_MS = 3_000;

/** Who else types where, and that one types oneself. */
export class Typing {
  private readonly typists = new Map<string, Map<string, ReturnType<typeof setTimeout>>>();
  private readonly states = new Map<string, Computed<readonly string[]>>();
  /** When one's own typing was last told, by conversation. */
  private readonly told = new Map<string, number>();

  /** @param tell sends a command, or drops it when offline */
  constructor(private readonly tell: (command: 'typing:start' | 'typing:stop', conversationId: string) => void) {}

  of(conversationId: string): Observable<readonly string[]> {
    const state =
      this.states.get(conversationId) ??
      new Computed<readonly string[]>(() => [...(this.typists.get(conversationId)?.keys() ?? [])]);
    this.states.set(conversationId, state);
    return state;
  }

  /** Told at each key press; passed on every three seconds. */
  start(conversationId: string): void {
    if (Date.now() - (this.told.get(conversationId) ?? 0) < REPEAT_MS) return;
    this.told.set(conversationId, Date.now());
    this.tell('typing:start', conversationId);
  }

  stop(conversationId: string): void {
    if (this.told.delete(conversationId)) this.tell('typing:stop', conversationId);
  }

  /** One's message is sent, with which the server ends the typing by itself. */
  sent(conversationId: string): void {
    this.told.delete(conversationId);
  }

  heard({ conversationId, userId, active, expiresInMs }: ServerEvents['typing']): void {
    const typists = this.typists.get(conversationId) ?? new Map<string, ReturnType<typeof setTimeout>>();
    this.typists.set(conversationId, typists);
    clearTimeout(typists.get(userId));
    if (active)
      typists.set(
        userId,
        setTimeout(() => this.stopped(conversationId, userId), expiresInMs),
      );
    else typists.delete(userId);
    this.states.get(conversationId)?.invalidate();
  }

  /** Somebody's message is there. */
  stopped(conversationId: string, userId: string): void {
    const typists = this.typists.get(conversationId);
    clearTimeout(typists?.get(userId));
    if (typists?.delete(userId)) this.states.get(conversationId)?.invalidate();
  }

  /** Without a connection nobody is known to type. */
  offline(): void {
    this.told.clear();
    for (const [conversationId, typists] of this.typists) {
      for (const userId of [...typists.keys()]) this.stopped(conversationId, userId);
    }
  }
}
