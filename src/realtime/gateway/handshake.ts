import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { JwtStrategy } from '../../auth/jwt.strategy.js';
import { problemOf } from '../../delivery/errors/problem.js';
import { clientAddress } from '../../delivery/http/forwarded-for.js';
import { ENV, type Env } from '../../infrastructure/config/env.js';
import { addressKey } from '../../infrastructure/rate-limits/address-key.js';
import { RateLimiter, rateLimited } from '../../infrastructure/rate-limits/rate-limiter.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import { OnlineUsers } from '../../presence/online-users.js';
import type { RealtimeComponent } from './realtime-component.js';
import type { ChatServer, ChatSocket } from './socket-types.js';

/** When to retry a connection that was rejected because the user has too many. */
const TOO_MANY_CONNECTIONS_RETRY_MS = 10_000;

/**
 * Authenticates sockets. Socket.IO calls `middleware` for each socket, before `ChatGateway` sees it. The access token is in
 * `auth.token` of the handshake or in its `Authorization` header.
 */
@Injectable()
export class Handshake implements RealtimeComponent {
  /** Connections whose one socket is accepted or being authenticated. */
  private readonly clients = new WeakSet<ChatSocket['client']>();

  constructor(
    private readonly tokens: JwtStrategy,
    private readonly limits: RateLimiter,
    private readonly online: OnlineUsers,
    private readonly telemetry: Telemetry,
    @Inject(ENV) private readonly env: Pick<Env, 'trustProxy' | 'connectionsPerUser'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onServerReady(io: ChatServer): void {
    io.use(this.middleware);
  }

  /** Accepts or rejects a socket. A rejected client receives `connect_error`, with the problem object in `data`. */
  private readonly middleware = (socket: ChatSocket, next: (error?: Error) => void): void => {
    const { client, conn } = socket;
    if (this.clients.has(client)) {
      // Socket.IO rejects a second socket only after the first is accepted: several concurrent ones would all pass.
      conn.close();
      next(new Error('Open one socket per connection.'));
      return;
    }
    this.clients.add(client);
    this.authenticate(socket).then(
      () => {
        this.telemetry.metrics.handshake('ok');
        next();
      },
      (error: unknown) => {
        this.clients.delete(client);
        const problem = problemOf(error, randomUUID());
        const { requestId, code } = problem;
        this.telemetry.metrics.handshake(code);
        if (code === 'internal') this.log.error({ err: error, requestId }, 'handshake failed');
        this.log[code === 'rate_limited' ? 'debug' : 'info']({ requestId, code }, 'refused');
        next(Object.assign(new Error(problem.title), { data: problem }));
      },
    );
  };

  /** Verifies the token and sets `socket.data`. @throws DomainError `rate_limited`, and those of {@link JwtStrategy.verify} */
  private async authenticate(socket: ChatSocket): Promise<void> {
    const { auth, headers } = socket.handshake;
    const address = this.addressOf(socket);
    this.limits.charge('handshake', addressKey(address));
    const token: unknown = auth['token'];
    const verified = await this.tokens.verify(typeof token === 'string' ? `Bearer ${token}` : headers.authorization);
    if (this.online.connectionsOf(verified.actor.userId) >= (this.env.connectionsPerUser ?? Infinity)) {
      throw rateLimited(TOO_MANY_CONNECTIONS_RETRY_MS, 'Too many connections. Close one.');
    }
    Object.assign(socket.data, verified, { address });
  }

  /** The client's address. Read here, because the headers are released once the socket is connected. */
  private addressOf({ handshake: { address, headers } }: ChatSocket): string {
    const forwardedFor = headers['x-forwarded-for'];
    const hops = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    return clientAddress(address, hops, this.env.trustProxy);
  }
}
