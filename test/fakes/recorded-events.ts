import type { EventOrigin } from '../../src/common/event-bus.js';
import { type DomainEvents, Events } from '../../src/domain-events.js';

/** A bus that records published events in order, and throws the errors of its listeners. */
export class RecordedEvents extends Events {
  readonly published: { readonly name: keyof DomainEvents; readonly event: DomainEvents[keyof DomainEvents] }[] = [];

  constructor() {
    super((error) => {
      throw error;
    });
  }

  override publish<K extends keyof DomainEvents>(name: K, event: DomainEvents[K], origin?: EventOrigin): void {
    this.published.push({ name, event });
    super.publish(name, event, origin);
  }

  /** The names of the events published since the last call, in order. */
  names(): (keyof DomainEvents)[] {
    return this.take().map(({ name }) => name);
  }

  /** The events published since the last call, in order. */
  take(): { name: keyof DomainEvents; event: any }[] {
    return this.published.splice(0);
  }
}
