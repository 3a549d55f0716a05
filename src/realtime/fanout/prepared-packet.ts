import { framesOf } from './websocket-frames.js';
import type { EncodedPacket, WriteOptions } from './socketio-internals.js';

/** What an encoded event or acknowledgement begins with, with or without binary data: its type. */
const EVENTS_AND_ANSWERS = /^[2356]/;

/** A packet on its way to sockets, to many perhaps: encoded once, and framed once if one of them takes frames. */
export class PreparedPacket {
  /** What is broadcast comes for one socket after the other. */
  private static last: PreparedPacket | undefined;

  /** An event or an acknowledgement, and no packet about the connection itself. */
  readonly isMessage: boolean;
  private framed: Buffer | undefined;

  readonly options: WriteOptions;

  private constructor(
    readonly packet: EncodedPacket,
    { volatile, compress }: WriteOptions,
  ) {
    this.isMessage = EVENTS_AND_ANSWERS.test(packet[0]);
    // Without the frame that an adapter has made: Engine.IO would write that to a websocket that is closing, too.
    this.options = { volatile, compress };
  }

  /**
   * The parcel of a packet: the same for all who ask with the same packet one after the other.
   * @param options `volatile`: whether it is lost on a socket that cannot take it at once
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
