import type { Socket as Stream } from 'node:net';

/*
 * What fan-out uses of the insides of Socket.IO 4, Engine.IO 6 and ws 8, which their types hide. A new version of one of
 * them is checked against this.
 */

/** What Socket.IO's encoder makes of a packet: its text, then its binary attachments. */
export type EncodedPacket = readonly [string, ...(ArrayBuffer | ArrayBufferView)[]];

/** A packet of Socket.IO before it is encoded. */
export interface Packet {
  nsp?: string;
}

/** A namespace, as its adapter gets it. */
export interface Namespace {
  readonly name: string;
  readonly sockets: ReadonlyMap<string, Socket>;
  readonly server: { readonly encoder: { encode(packet: Packet): EncodedPacket } };
}

/** A socket of Socket.IO. */
export interface Socket {
  readonly conn: Connection;
  readonly client: Client;
  notifyOutgoingListeners(packet: Packet): void;
}

/** How a packet is sent: the flags of a broadcast. */
export interface WriteOptions {
  readonly volatile?: boolean | undefined;
}

/** What the sockets of one connection have in common. */
export interface Client {
  readonly conn: Connection;
  /** Every packet to one of its sockets comes by here, encoded. */
  writeToEngine: (packet: EncodedPacket, options: WriteOptions) => void;
}

/** A socket of Engine.IO: the connection that a client's sockets share, one for each namespace. */
export interface Connection {
  readonly transport: Transport;
  /** Ahead of each packet that is put into the `writeBuffer`. */
  on(name: 'packetCreate', listener: (packet: { data?: string | ArrayBuffer | ArrayBufferView }) => void): void;
  /** Once it has another transport; before what waits is handed to the transport. */
  on(name: 'upgrade' | 'flush', listener: () => void): void;
  onClose(reason: string): void;
}

interface Transport {
  readonly name: string;
  readonly supportsBinary: boolean;
  readonly perMessageDeflate?: unknown;
  /** Not so while it is busy with a packet. */
  readonly writable: boolean;
  readonly socket?: WebSocket;
  /** Lets the next close be at once. */
  discard(): void;
}

/** A websocket of ws. */
export interface WebSocket {
  readonly readyState: number;
  readonly _socket: Stream;
  terminate(): void;
}
