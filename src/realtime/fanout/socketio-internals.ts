import type { Socket as Stream } from 'node:net';

/*
 * What fan-out and nodes use of the insides of Socket.IO 4, Engine.IO 6 and ws 8, which their types hide. A new version of one of
 * them is checked against this.
 */

/** What Socket.IO's encoder makes of a packet: its text, then its binary attachments. */
export type EncodedPacket = readonly [string, ...(ArrayBuffer | ArrayBufferView)[]];

/** A socket of Socket.IO. */
export interface Socket {
  readonly conn: Connection;
  readonly client: Client;
}

/** How a packet is sent: the flags of a broadcast. */
export interface WriteOptions {
  readonly volatile?: boolean | undefined;
  readonly compress?: boolean | undefined;
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

/** What an adapter hears of the adapters of other nodes. */
interface NodeMessage {
  readonly type: number;
  readonly uid: string;
  readonly data?: {
    readonly packet?: { readonly data?: readonly unknown[] };
    readonly opts?: { readonly rooms?: readonly string[] };
  };
}

/** What another node sends to sockets of this one. */
export interface RemoteEvent {
  readonly name: unknown;
  readonly payload: unknown;
  /** The first that it goes to. */
  readonly room: string | undefined;
}

interface ClusterAdapter {
  readonly uid: string;
  onMessage: (message: NodeMessage, offset?: string) => void;
}

/** `MessageType.BROADCAST` of socket.io-adapter. */
const BROADCAST = 3;

/** Hands over each event that another node sends to sockets of this one: `deliver` sends it on to them. */
export function onRemoteEvent(adapter: object, listener: (event: RemoteEvent, deliver: () => void) => void): void {
  const cluster = adapter as ClusterAdapter;
  const take = cluster.onMessage.bind(adapter);
  cluster.onMessage = (message, offset) => {
    const deliver = (): void => take(message, offset);
    if (message.type !== BROADCAST || message.uid === cluster.uid) {
      deliver();
      return;
    }
    const [name, payload] = message.data?.packet?.data ?? [];
    listener({ name, payload, room: message.data?.opts?.rooms?.[0] }, deliver);
  };
}
