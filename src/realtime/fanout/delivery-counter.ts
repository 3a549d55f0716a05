import type { PreparedPacket } from './prepared-packet.js';

/**
 * Counts deliveries by event name: one for each connection that an event is written to. `ConnectionWriter` calls `add` for
 * every packet while metrics are on; the metrics endpoint reads `counts` at each scrape.
 */
export class DeliveryCounter {
  private readonly byEvent = new Map<string, { count: number }>();
  /** A broadcast passes the same packet for one connection after the other: its counter is looked up once. */
  private last: PreparedPacket | undefined;
  private current = { count: 0 };

  /** Counts one delivery. Packets that are not events are ignored. */
  add(prepared: PreparedPacket): void {
    if (prepared !== this.last) {
      this.last = prepared;
      this.current = this.counterOf(eventOf(prepared));
    }
    this.current.count++;
  }

  /** Deliveries by event name, since the start. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.byEvent, ([name, { count }]) => [name, count]));
  }

  private counterOf(event: string | undefined): { count: number } {
    const counter = (event === undefined ? undefined : this.byEvent.get(event)) ?? { count: 0 };
    if (event !== undefined) this.byEvent.set(event, counter);
    return counter;
  }
}

/** An event in the main namespace, without an acknowledgement, is encoded as `2["name",…]`. */
function eventOf({ packet: [text] }: PreparedPacket): string | undefined {
  return text.startsWith('2["') ? text.slice(3, text.indexOf('"', 3)) : undefined;
}
