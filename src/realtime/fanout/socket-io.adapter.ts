import type { IncomingMessage, ServerResponse } from 'node:http';

import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Server, ServerOptions } from 'socket.io';

import type { Epoch } from '../../common/epoch.js';
import { isAllowedOrigin } from '../../delivery/http/allowed-origin.js';
import { SECURITY_HEADERS } from '../../delivery/http/security-headers.js';
import { hasUnreadBody } from '../../delivery/http/unread-body.js';
import type { Env } from '../../infrastructure/config/env.js';
import type { RedisPubSub } from '../../infrastructure/redis/redis-pubsub.js';
import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import { writeOncePerTick } from './connection-writer.js';
import { DeliveryCounter } from './delivery-counter.js';
import { StrictWebSocketServer } from './websocket-server.js';

/** Larger than any valid command. A larger frame closes the connection. */
const MAX_FRAME_BYTES = 1_048_576;

function connectionsByTransport(io: Server): ReadonlyMap<string, number> {
  const counts = new Map([
    ['websocket', 0],
    ['polling', 0],
  ]);
  for (const { conn } of io.of('/').sockets.values()) {
    counts.set(conn.transport.name, (counts.get(conn.transport.name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Creates the Socket.IO server at `/api/v1/ws`: limits, transports, CORS, the adapter for other nodes, and one write per
 * connection and tick. `server.ts` registers it with Nest, which calls `createIOServer` once at startup.
 */
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
      // The prefix holds the epoch, because one Redis may serve several databases.
      ...(this.pubsub && {
        adapter: createShardedAdapter(this.pubsub, this.pubsub, { channelPrefix: `gochat:${this.epoch.value}` }),
      }),
      // Without sticky sessions, a load balancer sends the requests of one polling client to different nodes.
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
      // CORS does not cover websockets: browsers send no preflight request before opening one.
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
    this.metrics.watch('connections', () => connectionsByTransport(io));
    return writeOncePerTick(io, deliveries);
  }
}
