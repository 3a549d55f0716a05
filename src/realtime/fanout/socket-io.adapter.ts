import type { IncomingMessage, ServerResponse } from 'node:http';

import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';

import type { RedisPubSub } from '../../infrastructure/redis/redis-pubsub.js';
import type { Epoch } from '../../common/epoch.js';
import type { Env } from '../../infrastructure/config/env.js';
import { isAllowedOrigin } from '../../delivery/http/allowed-origin.js';
import { SECURITY_HEADERS } from '../../delivery/http/security-headers.js';
import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import { hasUnreadBody } from '../../delivery/http/unread-body.js';
import { DeliveryCounter } from './delivery-counter.js';
import { writeOncePerTick } from './connection-writer.js';
import { StrictWebSocketServer } from './websocket-server.js';

/** Larger than any valid command; a larger frame closes the connection. */
const MAX_FRAME_BYTES = 1_048_576;

function byTransport(io: Server): ReadonlyMap<string, number> {
  const counts = new Map([
    ['websocket', 0],
    ['polling', 0],
  ]);
  for (const { conn } of io.of('/').sockets.values()) {
    counts.set(conn.transport.name, (counts.get(conn.transport.name) ?? 0) + 1);
  }
  return counts;
}

/** Socket.IO at `/api/v1/ws`, as the contract has it. */
export class SocketIoAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly env: Env,
    private readonly pubsub: RedisPubSub | null,
    private readonly epoch: Epoch,
    private readonly metrics: Metrics,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { corsOrigins, pingIntervalMs, pingTimeoutMs } = this.env;
    const settings: Partial<ServerOptions> = {
      ...options,
      path: '/api/v1/ws',
      serveClient: false,
      // One Redis may serve several databases.
      ...(this.pubsub && {
        adapter: createShardedAdapter(this.pubsub, this.pubsub, { channelPrefix: `gochat:${this.epoch.value}` }),
      }),
      // A balancer that does not stick brings the requests of one polling client to different nodes.
      transports: this.pubsub && !this.env.stickySessions ? ['websocket'] : ['polling', 'websocket'],
      // Compression costs 239 KiB per idle connection.
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_FRAME_BYTES,
      wsEngine: StrictWebSocketServer,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      connectTimeout: 10_000,
      cors: { origin: corsOrigins.includes('*') ? true : [...corsOrigins] },
      // `cors` alone does not stop a web page: browsers do not ask before opening a websocket.
      allowRequest: (request: IncomingMessage, decide: (error: string | null, allowed: boolean) => void) => {
        decide(null, isAllowedOrigin(request.headers.origin, request.headers.host, corsOrigins));
      },
    };
    const io = super.createIOServer(port, settings as ServerOptions);
    io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
      if (hasUnreadBody(request, MAX_FRAME_BYTES)) response.setHeader('connection', 'close');
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
      next();
    });
    if (!this.metrics.isOn) return writeOncePerTick(io);
    const deliveries = new DeliveryCounter();
    this.metrics.watch('deliveries', () => deliveries.counts);
    this.metrics.watch('connections', () => byTransport(io));
    return writeOncePerTick(io, deliveries);
  }
}
