/** Calls those who listen, by the event's name. A listener that throws stops no other, and nobody who emits. */
export class Emitter<Events extends object> {
  private readonly listeners: { [E in keyof Events]?: Set<(payload: Events[E]) => void> } = {};

  /** @returns what ends it */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    const listeners = (this.listeners[event] ??= new Set());
    const own = (payload: Events[E]): void => listener(payload);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of [...(this.listeners[event] ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        // As an uncaught error, which is what it is: the app's own handlers for those see it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
