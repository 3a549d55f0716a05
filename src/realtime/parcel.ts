import { framesOf } from './frames.js';
import type { EncodedPacket, WriteOptions } from './internals.js';

/** An event on its way to sockets, to many perhaps: encoded once, and framed once if one of them takes frames. */
export class Parcel {
  private framed: Buffer | undefined;

  /** @param options `volatile`: whether it is lost on a socket that cannot take it at once */
  constructor(
    readonly packet: EncodedPacket,
    readonly options: WriteOptions,
  ) {}

  get frames(): Buffer {
    this.framed ??= framesOf(this.packet);
    return this.framed;
  }
}
