import type { Socket as Stream } from 'node:net';

/*
 * The undocumented parts of Socket.IO 4, Engine.IO 6 and ws 8 that this server depends on. Their public types do not declare
 * them. Check this file when one of the three is upgraded; test/contract/fanout.spec.ts fails if they have moved.
 */

/** A packet as Socket.IO's encoder returns it: its text, then its binary attachments. */
export type EncodedPacket = readonly [string, ...(ArrayBuffer | ArrayBufferView)[]];

/** A socket of Socket.IO. */
export interface Socket {
  readonly conn: Connection;
  readonly client: Client;
}

/** The flags of a broadcast. */
export interface WriteOptions {
  readonly volatile?: boolean | undefined;
  readonly compress?: boolean | undefined;
}

/** Socket.IO's state of one connection, shared by its sockets. */
export interface Client {
  readonly conn: Connection;
  /** Receives every packet to one of the client's sockets, encoded. */
  writeToEngine: (packet: EncodedPacket, options: WriteOptions) => void;
}

/** A socket of Engine.IO: the connection that a client's sockets share, one for each namespace. */
export interface Connection {
  readonly transport: Transport;
  /** Emitted before each packet is added to the `writeBuffer`. */
  on(name: 'packetCreate', listener: (packet: { data?: string | ArrayBuffer | ArrayBufferView }) => void): void;
  /** `upgrade`: after the transport was replaced, before the `writeBuffer` is passed to it. `flush`: when it is passed. */
  on(name: 'upgrade' | 'flush', listener: () => void): void;
  onClose(reason: string): void;
}

interface Transport {
  readonly name: string;
  readonly supportsBinary: boolean;
  readonly perMessageDeflate?: unknown;
  /** False while the transport is sending a packet. */
  readonly writable: boolean;
  readonly socket?: WebSocket;
  /** Makes the next close immediate. */
  discard(): void;
}

/** A websocket of ws. */
export interface WebSocket {
  readonly readyState: number;
  readonly _socket: Stream;
  terminate(): void;
}

/** A message between the adapters of two nodes. */
interface ClusterMessage {
  readonly type: number;
  readonly uid: string;
  readonly data?: {
    readonly packet?: { readonly data?: readonly unknown[] };
    readonly opts?: { readonly rooms?: readonly string[] };
  };
}

/** An event that another node broadcasts to sockets of this one. */
export interface RemoteEvent {
  readonly name: unknown;
  readonly payload: unknown;
  /** The first room that it is sent to. */
  readonly room: string | undefined;
}

interface ClusterAdapter {
  readonly uid: string;
  onMessage: (message: ClusterMessage, offset?: string) => void;
}

/** `MessageType.BROADCAST` of socket.io-adapter. */
const BROADCAST = 3;

/**
 * Passes each event that another node broadcasts to sockets of this one to `listener`, in place of the adapter. `deliver`
 * is the adapter's own delivery to those sockets. Messages of other kinds are handled by the adapter.
 */
export function interceptRemoteEvents(
  adapter: object,
  listener: (event: RemoteEvent, deliver: () => void) => void,
): void {
  const cluster = adapter as ClusterAdapter;
  const handleMessage = cluster.onMessage.bind(adapter);
  cluster.onMessage = (message, offset) => {
    const deliver = (): void => handleMessage(message, offset);
    if (message.type !== BROADCAST || message.uid === cluster.uid) {
      deliver();
      return;
    }
    const [name, payload] = message.data?.packet?.data ?? [];
    listener({ name, payload, room: message.data?.opts?.rooms?.[0] }, deliver);
  };
}

/**
 * Releases the HTTP request and the handshake data of a connected socket. Socket.IO and Engine.IO keep both for the life of
 * the connection: several KiB each, and the access token among them. Nothing reads them after the handshake.
 */
export function releaseHandshake(socket: { readonly conn: object; readonly handshake: object }): void {
  Reflect.set(socket.conn, 'request', null);
  Object.assign(socket.handshake, { headers: {}, query: {}, auth: {} });
}
