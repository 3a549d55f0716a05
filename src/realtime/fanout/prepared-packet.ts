import type { EncodedPacket, WriteOptions } from './socketio-internals.js';
import { framesOf } from './websocket-frames.js';

/** Packet types of events and acknowledgements, without and with binary data (Socket.IO protocol 5). */
const EVENTS_AND_ACKNOWLEDGEMENTS = /^[2356]/;

/**
 * An encoded packet with its websocket frames. `ConnectionWriter` asks for it once per connection; a broadcast to many
 * connections is framed once, when the first of them can receive frames.
 */
export class PreparedPacket {
  /** A broadcast passes the same packet for one connection after the other: remembering the last one is enough. */
  private static last: PreparedPacket | undefined;

  /** Whether the packet is an event or an acknowledgement. Otherwise it is about the connection itself. */
  readonly isMessage: boolean;
  private framed: Buffer | undefined;

  readonly options: WriteOptions;

  private constructor(
    readonly packet: EncodedPacket,
    { volatile, compress }: WriteOptions,
  ) {
    this.isMessage = EVENTS_AND_ACKNOWLEDGEMENTS.test(packet[0]);
    // Without the adapter's precomputed frame, which Engine.IO would write to a closing websocket, too.
    this.options = { volatile, compress };
  }

  /**
   * The prepared form of a packet. Consecutive calls with the same packet return the same object.
   * @param options `volatile`: the packet is discarded for a connection that cannot send it at once
   */
  static of(packet: EncodedPacket, options: WriteOptions): PreparedPacket {
    if (PreparedPacket.last?.packet !== packet) PreparedPacket.last = new PreparedPacket(packet, options);
    return PreparedPacket.last;
  }

  get frames(): Buffer {
    this.framed ??= framesOf(this.packet);
    return this.framed;
  }
}
