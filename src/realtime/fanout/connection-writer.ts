import type { Socket as Stream } from 'node:net';

import type { Server } from 'socket.io';

import type { DeliveryCounter } from './delivery-counter.js';
import { FlushScheduler } from './flush-scheduler.js';
import type { FrameBatch } from './frame-batch.js';
import { PreparedPacket } from './prepared-packet.js';
import type { Client, Connection, EncodedPacket, Socket, WebSocket, WriteOptions } from './socketio-internals.js';

/** Limit of unsent bytes per connection, checked at the end of each tick. A connection above it is dropped as a slow reader. */
export const MAX_BUFFERED_BYTES = 4 * 1_048_576;

/** The `readyState` of an open websocket. */
const WEBSOCKET_OPEN = 1;

/**
 * Writes the events and acknowledgements of one connection once per event-loop tick.
 *
 * `writeOncePerTick` creates one per connection, during the handshake, and replaces the client's `writeToEngine` with it.
 * From then on Socket.IO calls `write` for every packet. Events and acknowledgements are appended to `pending` as websocket
 * frames, and `FlushScheduler` flushes them at the end of the tick in one write to the TCP stream.
 *
 * Packets of Engine.IO itself (connect, disconnect, ping) still pass through Engine.IO's queue. Order is kept in both
 * directions: pending frames are written before such a packet, and while such packets are queued, an event is queued behind
 * them. Connections that cannot receive raw frames (polling, upgrading, compressed) always use Engine.IO's queue.
 */
class ConnectionWriter {
  /** One for the process, which has one event loop. */
  private static readonly scheduler = new FlushScheduler();
  private static readonly byConnection = new WeakMap<Connection, ConnectionWriter>();

  private pending: FrameBatch | undefined;
  /** Corked until the end of the tick, so that frames and the packet behind them leave in one write. */
  private corked: Stream | undefined;
  /** Size of the connection's `writeBuffer`: its bytes, plus 1 for each packet, so that an empty packet counts, too. */
  private engineQueueSize = 0;
  private websocket: WebSocket | undefined;
  private acceptsFrames = false;
  /** Socket.IO's own implementation, which queues in Engine.IO. */
  private readonly writeToEngine: Client['writeToEngine'];

  private constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly deliveries: DeliveryCounter | undefined,
  ) {
    this.writeToEngine = client.writeToEngine;
    client.writeToEngine = onWrite;
    this.detectTransport();
    connection.on('upgrade', onUpgrade);
    connection.on('packetCreate', onPacketCreate);
    connection.on('flush', onEngineFlush);
  }

  /** Routes all packets of the socket's connection through a writer. Must be called before the socket is connected. */
  static open({ conn: connection, client }: Socket, deliveries?: DeliveryCounter): void {
    if (!ConnectionWriter.byConnection.has(connection))
      ConnectionWriter.byConnection.set(connection, new ConnectionWriter(connection, client, deliveries));
  }

  static of(connection: Connection): ConnectionWriter | undefined {
    return ConnectionWriter.byConnection.get(connection);
  }

  /** Enqueues a packet of Socket.IO. Called for every packet to every connection: the hot path of fan-out. */
  write(packet: EncodedPacket, options: WriteOptions): void {
    const prepared = PreparedPacket.of(packet, options);
    this.deliveries?.add(prepared);
    if (prepared.isMessage) this.enqueue(prepared);
    else this.writeToEngine.call(this.client, packet, options);
  }

  /** Engine.IO is about to add a packet of `bytes` bytes to the connection's `writeBuffer`. */
  onPacketCreate(bytes: number): void {
    if (this.pending) this.flushBefore();
    this.engineQueueSize += 1 + bytes;
    if (this.isSlow()) ConnectionWriter.scheduler.schedule(this);
  }

  /** Engine.IO has passed its `writeBuffer` to the transport. */
  onEngineFlush(): void {
    this.engineQueueSize = 0;
  }

  private enqueue(prepared: PreparedPacket): void {
    const isVolatile = prepared.options.volatile === true;
    if (!this.pending || isVolatile) {
      const stream = this.openStream();
      if (!stream) {
        this.writeToEngine.call(this.client, prepared.packet, prepared.options);
        return;
      }
      if (isVolatile && (stream.writableLength > 0 || !this.connection.transport.writable)) return;
    }
    if (!this.pending) ConnectionWriter.scheduler.schedule(this);
    this.pending = (this.pending ?? ConnectionWriter.scheduler.emptyBatch).append(prepared.frames);
  }

  /** Writes the pending frames. `FlushScheduler` calls it at the end of the tick. @returns whether to drop the connection */
  flush(): boolean {
    const isBelowWatermark = this.pending && this.openStream()?.write(this.pending.bytes);
    this.pending = undefined;
    this.corked?.uncork();
    this.corked = undefined;
    return !isBelowWatermark && this.isSlow();
  }

  /** Closes the connection at once and discards its unsent data. The client reconnects and syncs. */
  drop(): void {
    const { connection } = this;
    connection.transport.discard();
    this.websocket?.terminate();
    connection.onClose('slow reader');
  }

  /** Writes the pending frames ahead of a packet of Engine.IO, into a corked stream: both leave at the end of the tick. */
  private flushBefore(): void {
    const stream = this.openStream();
    if (stream && !this.corked) {
      stream.cork();
      this.corked = stream;
    }
    if (this.pending) stream?.write(this.pending.bytes);
    this.pending = undefined;
  }

  private isSlow(): boolean {
    return this.engineQueueSize + (this.websocket?._socket.writableLength ?? 0) > MAX_BUFFERED_BYTES;
  }

  /** The stream to write frames to; undefined if the transport cannot receive them or if they would overtake a packet. */
  private openStream(): Stream | undefined {
    const { websocket } = this;
    const isOpen = this.acceptsFrames && this.engineQueueSize === 0 && websocket?.readyState === WEBSOCKET_OPEN;
    return isOpen ? websocket._socket : undefined;
  }

  /** Reads the transport of the connection: at the start, and after an upgrade from polling to a websocket. */
  detectTransport(): void {
    const { name, supportsBinary, perMessageDeflate, socket } = this.connection.transport;
    this.websocket = name === 'websocket' ? socket : undefined;
    this.acceptsFrames = supportsBinary && !perMessageDeflate;
  }
}

/**
 * Gives every later connection to the server's main namespace a {@link ConnectionWriter}. `SocketIoAdapter` calls it once,
 * when it creates the server.
 * @param deliveries counts the packets, if given
 */
export function writeOncePerTick(io: Server, deliveries?: DeliveryCounter): Server {
  // A middleware runs before Socket.IO sends the packet that confirms the connection.
  return io.use((socket, next) => {
    ConnectionWriter.open(socket as unknown as Socket, deliveries);
    next();
  });
}

// One listener of each kind for all connections: a closure per connection would cost memory for each.
function onWrite(this: Client, packet: EncodedPacket, options: WriteOptions): void {
  ConnectionWriter.of(this.conn)?.write(packet, options);
}

function onUpgrade(this: Connection): void {
  ConnectionWriter.of(this)?.detectTransport();
}

function onPacketCreate(this: Connection, { data }: { data?: string | ArrayBuffer | ArrayBufferView }): void {
  ConnectionWriter.of(this)?.onPacketCreate(typeof data === 'string' ? data.length : (data?.byteLength ?? 0));
}

function onEngineFlush(this: Connection): void {
  ConnectionWriter.of(this)?.onEngineFlush();
}
