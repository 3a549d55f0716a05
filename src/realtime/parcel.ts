import { framesOf } from './frames.js';
import type { EncodedPacket, Socket } from './internals.js';

/** An event on its way to many sockets: encoded once, and framed once if one of them takes frames. */
export class Parcel {
  private framed: Buffer | undefined;

  /** @param isVolatile whether it is lost on a socket that cannot take it at once */
  constructor(
    private readonly packet: EncodedPacket,
    readonly isVolatile: boolean,
  ) {}

  get frames(): Buffer {
    this.framed ??= framesOf(this.packet);
    return this.framed;
  }

  /** Goes the way that the socket's own packets go. */
  writeTo(socket: Socket): void {
    socket.client.writeToEngine(this.packet, { volatile: this.isVolatile });
  }
}
