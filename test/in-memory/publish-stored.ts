import type { Stored } from '../../src/common/event-bus.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';

/** Publishes the events of a write before it returns, as GroupCommit does. */
export function publishStored<Result>(
  bus: Events,
  result: Result,
  ...events: readonly DomainEvent[]
): Stored<Result, DomainEvent> {
  bus.publishAll(events);
  return { result, events };
}
