import type { Socket as Stream } from 'node:net';

import type { Server } from 'socket.io';

import type { FrameBatch } from './frame-batch.js';
import type { DeliveryCounter } from './delivery-counter.js';
import type { Client, Connection, EncodedPacket, Socket, WebSocket, WriteOptions } from './socketio-internals.js';
import { PreparedPacket } from './prepared-packet.js';
import { FlushScheduler } from './flush-scheduler.js';

/** A connection for which more bytes than this wait when a turn ends is dropped: its client reads too slowly. */
export const MAX_BUFFERED_BYTES = 4 * 1_048_576;

/** The `readyState` of a websocket that takes data. */
const WEBSOCKET_OPEN = 1;

/**
 * The way to one connection. Events and acknowledgements wait here as frames for the end of the turn, and then go straight
 * to the connection's stream in one write. They keep their order with the packets that Engine.IO sends: such a packet
 * pushes out the frames ahead of it, and where packets wait, a parcel queues behind them as a packet.
 */
class ConnectionWriter {
  /** One for the process, as its event loop is. */
  private static readonly turn = new FlushScheduler();
  private static readonly all = new WeakMap<Connection, ConnectionWriter>();

  private waiting: FrameBatch | undefined;
  /** Corked until the turn ends, so that frames and the packet behind them leave together. */
  private corked: Stream | undefined;
  /** What waits in the connection's `writeBuffer`: its bytes, and one more for each packet. */
  private queued = 0;
  private websocket: WebSocket | undefined;
  private takesFrames = false;
  /** Socket.IO's own way, by way of Engine.IO's queue. */
  private readonly queue: Client['writeToEngine'];

  private constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly deliveries: DeliveryCounter | undefined,
  ) {
    this.queue = client.writeToEngine;
    client.writeToEngine = onWrite;
    this.detectTransport();
    connection.on('upgrade', onUpgrade);
    connection.on('packetCreate', onPacket);
    connection.on('flush', onFlush);
  }

  /** Lets all that a socket's connection is sent go by here. Call it before the socket is connected. */
  static open({ conn: connection, client }: Socket, deliveries?: DeliveryCounter): void {
    if (!ConnectionWriter.all.has(connection))
      ConnectionWriter.all.set(connection, new ConnectionWriter(connection, client, deliveries));
  }

  /** The one of a connection that has one. */
  static existing(connection: Connection): ConnectionWriter | undefined {
    return ConnectionWriter.all.get(connection);
  }

  /** Sends a packet of Socket.IO. */
  write(packet: EncodedPacket, options: WriteOptions): void {
    const parcel = PreparedPacket.of(packet, options);
    this.deliveries?.add(parcel);
    if (parcel.isMessage) this.send(parcel);
    else this.queue.call(this.client, packet, options);
  }

  /** A packet of that size joins those in the `writeBuffer`. */
  queues(bytes: number): void {
    if (this.waiting) this.flushBefore();
    this.queued += 1 + bytes;
    if (this.isSlow()) ConnectionWriter.turn.schedule(this);
  }

  /** Those in the `writeBuffer` are on their way. */
  flushed(): void {
    this.queued = 0;
  }

  private send(parcel: PreparedPacket): void {
    const isVolatile = parcel.options.volatile === true;
    if (!this.waiting || isVolatile) {
      const stream = this.openStream();
      if (!stream) {
        this.queue.call(this.client, parcel.packet, parcel.options);
        return;
      }
      if (isVolatile && (stream.writableLength > 0 || !this.connection.transport.writable)) return;
    }
    if (!this.waiting) ConnectionWriter.turn.schedule(this);
    this.waiting = (this.waiting ?? ConnectionWriter.turn.start).plus(parcel.frames);
  }

  /** Writes what waits. @returns whether too much is left, so that the connection has to be dropped */
  flush(): boolean {
    const isTaken = this.waiting && this.openStream()?.write(this.waiting.bytes);
    this.waiting = undefined;
    this.corked?.uncork();
    this.corked = undefined;
    return !isTaken && this.isSlow();
  }

  /** Ends the connection at once. What waits for it goes with it. */
  drop(): void {
    const { connection } = this;
    connection.transport.discard();
    this.websocket?.terminate();
    connection.onClose('slow reader');
  }

  /** Writes what waits ahead of a packet, and lets both leave at the end of the turn. */
  private flushBefore(): void {
    const stream = this.openStream();
    if (stream && !this.corked) {
      stream.cork();
      this.corked = stream;
    }
    if (this.waiting) stream?.write(this.waiting.bytes);
    this.waiting = undefined;
  }

  private isSlow(): boolean {
    return this.queued + (this.websocket?._socket.writableLength ?? 0) > MAX_BUFFERED_BYTES;
  }

  /** Where frames may be written, unless they would overtake a packet. */
  private openStream(): Stream | undefined {
    const { websocket } = this;
    const isOpen = this.takesFrames && this.queued === 0 && websocket?.readyState === WEBSOCKET_OPEN;
    return isOpen ? websocket._socket : undefined;
  }

  /** Finds out what the connection goes over. */
  detectTransport(): void {
    const { name, supportsBinary, perMessageDeflate, socket } = this.connection.transport;
    this.websocket = name === 'websocket' ? socket : undefined;
    this.takesFrames = supportsBinary && !perMessageDeflate;
  }
}

/**
 * From here on whoever connects to the server's main namespace gets what is bound for them in one write a turn.
 * @param deliveries counts them
 */
export function writeOncePerTick(io: Server, deliveries?: DeliveryCounter): Server {
  // Ahead of the packet that says that they are connected.
  return io.use((socket, next) => {
    ConnectionWriter.open(socket as unknown as Socket, deliveries);
    next();
  });
}

// One listener of each kind for all connections: functions of their own would be memory for each.
function onWrite(this: Client, packet: EncodedPacket, options: WriteOptions): void {
  ConnectionWriter.existing(this.conn)?.write(packet, options);
}

function onUpgrade(this: Connection): void {
  ConnectionWriter.existing(this)?.detectTransport();
}

function onPacket(this: Connection, { data }: { data?: string | ArrayBuffer | ArrayBufferView }): void {
  ConnectionWriter.existing(this)?.queues(typeof data === 'string' ? data.length : (data?.byteLength ?? 0));
}

function onFlush(this: Connection): void {
  ConnectionWriter.existing(this)?.flushed();
}
