type Listeners<Events> = { [K in keyof Events]?: readonly ((event: Events[K]) => void)[] };

/**
 * A typed, synchronous, in-process event bus: facts are published after the commit that made them true, and reach the
 * listeners in the order of publication. A listener that throws is reported and harms nobody: it can fail no command.
 */
export class EventBus<Events extends object> {
  private readonly listeners: Listeners<Events> = {};

  /** @param report told of what a listener threw */
  constructor(private readonly report: (error: unknown, event: keyof Events) => void) {}

  /** Calls `listener` for each later event of that name. */
  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): void {
    this.listeners[name] = [...(this.listeners[name] ?? []), listener];
  }

  /** Tells every listener of that name, in the order in which they came. */
  publish<K extends keyof Events>(name: K, event: Events[K]): void {
    for (const listener of this.listeners[name] ?? []) {
      try {
        listener(event);
      } catch (error) {
        this.report(error, name);
      }
    }
  }
}
