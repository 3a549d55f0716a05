/**
 * Typed events. An exception in a listener reaches neither the other listeners nor the caller of `emit`. `ClientCore`
 * wires the components with it; {@link GoChatClient.on} exposes the public one.
 */
export class Emitter<Events extends object> {
  private readonly listeners: { [E in keyof Events]?: Set<(payload: Events[E]) => void> } = {};

  /** @returns a function that unsubscribes */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void {
    const listeners = (this.listeners[event] ??= new Set());
    const wrapper = (payload: Events[E]): void => listener(payload);
    listeners.add(wrapper);
    return () => listeners.delete(wrapper);
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of [...(this.listeners[event] ?? [])]) {
      try {
        listener(payload);
      } catch (error) {
        // Rethrow outside the loop: the app's handler for uncaught errors reports it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
