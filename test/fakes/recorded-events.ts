import { type DomainEvents, Events } from '../../src/domain-events.js';

/** A bus that keeps what was published, in order. */
export class RecordedEvents extends Events {
  readonly published: { readonly name: keyof DomainEvents; readonly event: DomainEvents[keyof DomainEvents] }[] = [];

  constructor() {
    super((error) => {
      throw error;
    });
  }

  override publish<K extends keyof DomainEvents>(name: K, event: DomainEvents[K]): void {
    this.published.push({ name, event });
    super.publish(name, event);
  }

  /** The names of what was published since the last call, in order. */
  names(): (keyof DomainEvents)[] {
    return this.take().map(({ name }) => name);
  }

  /** What was published since the last call, as `[name, event]`. */
  take(): { name: keyof DomainEvents; event: any }[] {
    return this.published.splice(0);
  }
}
