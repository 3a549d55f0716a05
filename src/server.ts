import 'reflect-metadata';

import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

import { serveDocs } from './api-docs/openapi.js';
import { AppModule } from './app.module.js';
import { Epoch } from './common/epoch.js';
import { ConversationsService } from './conversations/conversations.service.js';
import { httpAdapter } from './delivery/http/fastify.adapter.js';
import { metricsServer, serveMetrics } from './delivery/http/metrics-endpoint.js';
import { RouteTable } from './delivery/http/route-table.js';
import { serveWebClient } from './delivery/http/web-client.js';
import { Readiness } from './health/readiness.js';
import type { Env } from './infrastructure/config/env.js';
import { RedisPubSub } from './infrastructure/redis/redis-pubsub.js';
import { createTelemetry } from './infrastructure/telemetry/create-telemetry.js';
import { NestLogger } from './infrastructure/telemetry/logger.js';
import { Telemetry } from './infrastructure/telemetry/telemetry.js';
import { SocketIoAdapter } from './realtime/fanout/socket-io.adapter.js';
import { ConnectionDrainer } from './realtime/gateway/connection-drainer.js';

const PREFIX = 'api/v1';

/** A running GoChat. */
export interface RunningServer {
  readonly app: NestFastifyApplication;
  /** The TCP port of the API. */
  readonly port: number;
  /** The separate TCP port of the metrics; null without one. */
  readonly metricsPort: number | null;
  /** Shuts down in order: reports not ready, drains connections, closes the HTTP server, the database and telemetry. */
  stop(): Promise<void>;
}

/**
 * Starts GoChat: creates the application, creates the missing rooms, then listens for the API and for the metrics.
 * `main.ts` and the tests call it.
 * @throws when the database cannot be reached or the port is in use
 */
export async function startServer(env: Env, log: Logger): Promise<RunningServer> {
  const app = await createApp(env, log);
  await app.get(ConversationsService).createRooms(env.rooms);
  const connections = trackConnections(app.getHttpServer());
  await listen(env.host, (host) => app.listen(env.port, host));
  const { metrics, tracing } = app.get(Telemetry);
  const metricsListener = metricsServer(env, metrics);
  if (metricsListener)
    await listen(env.host, (host) => once(metricsListener.listen(env.metricsPort ?? 0, host), 'listening'));
  return {
    app,
    port: portOf(app.getHttpServer()) ?? env.port,
    metricsPort: metricsListener && portOf(metricsListener),
    async stop() {
      app.get(Readiness).startDraining();
      await app.get(ConnectionDrainer).run();
      // An unreachable client neither closes its socket nor finishes its request, so both are cut off after a quarter of the drain time.
      const cutOff = setTimeout(() => connections.forEach((connection) => connection.destroy()), env.drainMs / 4);
      await app.close();
      clearTimeout(cutOff);
      metricsListener?.close();
      metricsListener?.closeAllConnections();
      await tracing.stop();
    },
  };
}

/** All open connections, including upgraded ones. */
function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return connections;
}

/** Listens on `host`. Without IPv6 support, `::` falls back to all IPv4 addresses. */
async function listen(host: string, start: (host: string) => Promise<unknown>): Promise<void> {
  try {
    await start(host);
  } catch (error) {
    const withoutIpv6 = host === '::' && error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT';
    if (!withoutIpv6) throw error;
    await start('0.0.0.0');
  }
}

function portOf(server: Server): number | null {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : null;
}

/**
 * Creates the application without listening: telemetry, the modules, the HTTP settings, the socket adapter, then the
 * routes outside the API: documents, metrics and the web client.
 * @public for scripts/write-docs.mjs, which runs on the build
 */
export async function createApp(env: Env, log: Logger): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const telemetry = await createTelemetry(env, log);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(env, log, routes, telemetry),
    httpAdapter(env, log, routes, telemetry),
    {
      logger: new NestLogger(log),
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.setGlobalPrefix(PREFIX);
  app.enableCors({
    origin: env.corsOrigins.includes('*') ? true : [...env.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    // Runs after the hooks of `fastify.adapter.ts`, which set the request id.
    hook: 'preParsing',
  });
  const pubsub = app.get<RedisPubSub | null>(RedisPubSub);
  if (pubsub) telemetry.metrics.watch('redisUp', () => pubsub.isUp);
  app.useWebSocketAdapter(new SocketIoAdapter(app, env, pubsub, app.get(Epoch), telemetry.metrics));
  if (env.docs) serveDocs(app, PREFIX);
  serveMetrics(app.getHttpAdapter().getInstance(), env, telemetry.metrics);
  serveWebClient(app.getHttpAdapter().getInstance());
  return app;
}
