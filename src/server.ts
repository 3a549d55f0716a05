import 'reflect-metadata';

import type { Server, Socket } from 'node:net';

import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';

import { AppModule } from './app.module.js';
import { RedisPubSub } from './cluster/redis-pubsub.js';
import { Epoch } from './common/epoch.js';
import type { Env } from './config/env.js';
import { ConversationsService } from './conversations/conversations.service.js';
import { httpAdapter } from './delivery/http.js';
import { NestLogger } from './delivery/logger.js';
import { serveDocs } from './delivery/openapi.js';
import { RouteTable } from './delivery/route-table.js';
import { serveWeb } from './delivery/web.js';
import { Readiness } from './health/readiness.js';
import { Drain } from './realtime/drain.js';
import { SocketIoAdapter } from './realtime/socket-io.adapter.js';

const PREFIX = 'api/v1';

/** A running GoChat. */
export interface RunningServer {
  readonly app: NestFastifyApplication;
  /** The TCP port that it listens on. */
  readonly port: number;
  /** Ends in order: not ready, commands and requests finished, clients told, connections and database closed. */
  stop(): Promise<void>;
}

/** Starts GoChat as `env` says. @throws when the database cannot be reached or the port is taken */
export async function startServer(env: Env, log: Logger): Promise<RunningServer> {
  const app = await createApp(env, log);
  await app.get(ConversationsService).createRooms(env.rooms);
  const connections = trackConnections(app.getHttpServer());
  await listen(app, env);
  const address = app.getHttpServer().address();
  return {
    app,
    port: typeof address === 'object' && address ? address.port : env.port,
    async stop() {
      app.get(Readiness).startDraining();
      await app.get(Drain).run();
      // A phone in a tunnel answers no goodbye, and ends no request: what is left of the time is all that it gets.
      const cut = setTimeout(() => connections.forEach((connection) => connection.destroy()), env.drainMs / 4);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** The connections that are open, upgraded ones included. */
function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return connections;
}

/** Listens where `env` says; a host that has no IPv6 gets every IPv4 address in place of `::`. */
async function listen(app: NestFastifyApplication, { port, host }: Env): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const withoutIpv6 = host === '::' && error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT';
    if (!withoutIpv6) throw error;
    await app.listen(port, '0.0.0.0');
  }
}

/**
 * The application, wired and described, but not listening.
 * @public for scripts/write-docs.mjs, which runs on the build
 */
export async function createApp(env: Env, log: Logger): Promise<NestFastifyApplication> {
  const routes = new RouteTable();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(env, log, routes),
    httpAdapter(env, log, routes),
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
    // After the hooks of `http.ts`, which name every request.
    hook: 'preParsing',
  });
  app.useWebSocketAdapter(new SocketIoAdapter(app, env, app.get<RedisPubSub | null>(RedisPubSub), app.get(Epoch)));
  if (env.docs) serveDocs(app, PREFIX);
  serveWeb(app.getHttpAdapter().getInstance());
  return app;
}
