import type { PreparedPacket } from './prepared-packet.js';

/** Counts how many connections each event was handed to: for each of them, an addition. */
export class DeliveryCounter {
  private readonly tallies = new Map<string, { count: number }>();
  /** What is broadcast comes for one connection after the other. */
  private last: PreparedPacket | undefined;
  private tally = { count: 0 };

  /** A parcel was handed to a connection. Those that are no event are not counted. */
  add(parcel: PreparedPacket): void {
    if (parcel !== this.last) {
      this.last = parcel;
      this.tally = this.of(eventOf(parcel));
    }
    this.tally.count++;
  }

  /** By the name of the event. */
  get counts(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.tallies, ([name, { count }]) => [name, count]));
  }

  private of(event: string | undefined): { count: number } {
    const tally = (event === undefined ? undefined : this.tallies.get(event)) ?? { count: 0 };
    if (event !== undefined) this.tallies.set(event, tally);
    return tally;
  }
}

/** An event is encoded as `2["name",…]`, in the main namespace and without an acknowledgement. */
function eventOf({ packet: [text] }: PreparedPacket): string | undefined {
  return text.startsWith('2["') ? text.slice(3, text.indexOf('"', 3)) : undefined;
}
