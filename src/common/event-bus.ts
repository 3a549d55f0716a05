/** Which node published an event first: this one after its own commit, or another one, whose event is replayed here. */
export type EventOrigin = 'local' | 'cluster';

/** One event of a bus with its name, for code that carries events without knowing which. */
export type EventOf<Events> = {
  [K in keyof Events]: { readonly name: K; readonly event: Events[K] };
}[keyof Events];

/** The result of a write, with the events that it caused. The events are published after the commit. */
export interface Stored<Result, Event> {
  readonly result: Result;
  /** In the order of publication; empty when the write changed nothing. */
  readonly events: readonly Event[];
}

/** Publishes the events of a write. {@link EventBus} implements it. */
export interface EventPublisher<Event> {
  publishAll(events: readonly Event[]): void;
}

type Listener<Event> = (event: Event, origin: EventOrigin) => void;
type Listeners<Events> = { [K in keyof Events]?: readonly Listener<Events[K]>[] };

/**
 * A typed, synchronous, in-process event bus. Publishers publish after the commit; listeners run in the order in which
 * they subscribed. An error thrown by a listener is reported and stops neither the other listeners nor the publisher.
 */
export class EventBus<Events extends object> implements EventPublisher<EventOf<Events>> {
  private readonly listeners: Listeners<Events> = {};

  /** @param report receives each error that a listener throws */
  constructor(private readonly report: (error: unknown, event: keyof Events) => void) {}

  /** Calls `listener` for each later event of that name. A listener added during an event does not receive that event. */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): void {
    this.listeners[name] = [...(this.listeners[name] ?? []), listener];
  }

  /** Calls the listeners of that name, synchronously. */
  publish<K extends keyof Events>(name: K, event: Events[K], origin: EventOrigin = 'local'): void {
    for (const listener of this.listeners[name] ?? []) {
      try {
        listener(event, origin);
      } catch (error) {
        this.report(error, name);
      }
    }
  }

  /** Publishes events of this node in the order given. */
  publishAll(events: readonly EventOf<Events>[]): void {
    for (const { name, event } of events) this.publish(name, event);
  }
}
