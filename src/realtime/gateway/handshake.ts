import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { JwtStrategy } from '../../auth/jwt.strategy.js';
import { OnlineUsers } from '../../presence/online-users.js';
import { ENV, type Env } from '../../infrastructure/config/env.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { problemOf } from '../../delivery/errors/problem.js';
import { clientAddress } from '../../delivery/http/forwarded-for.js';
import { addressKey } from '../../infrastructure/rate-limits/address-key.js';
import { RateLimiter, rateLimited } from '../../infrastructure/rate-limits/rate-limiter.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { ChatSocket } from './socket-types.js';

/** When to try again whether one of too many connections is gone. */
const FULL_RETRY_MS = 10_000;

/** Lets a socket in by the access token in `auth.token` or the `Authorization` header. */
@Injectable()
export class Handshake {
  /** Whose one socket is in, or about to be. */
  private readonly clients = new WeakSet<ChatSocket['client']>();

  constructor(
    private readonly access: JwtStrategy,
    private readonly limits: RateLimiter,
    private readonly online: OnlineUsers,
    private readonly telemetry: Telemetry,
    @Inject(ENV) private readonly env: Pick<Env, 'trustProxy' | 'connectionsPerUser'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Socket.IO middleware: a refusal reaches the client as `connect_error` whose `data` is the error object. */
  readonly middleware = (socket: ChatSocket, next: (error?: Error) => void): void => {
    const { client, conn } = socket;
    if (this.clients.has(client)) {
      // Socket.IO closes it too, but only once the first is in: of those that come at once, each would be one more.
      conn.close();
      next(new Error('A connection has one socket.'));
      return;
    }
    this.clients.add(client);
    this.admit(socket).then(
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

  /** @throws DomainError `rate_limited`, and those of {@link JwtStrategy.verify} */
  private async admit(socket: ChatSocket): Promise<void> {
    const { auth, headers } = socket.handshake;
    const address = this.addressOf(socket);
    this.limits.charge('handshake', addressKey(address));
    const token: unknown = auth['token'];
    const verified = await this.access.verify(typeof token === 'string' ? `Bearer ${token}` : headers.authorization);
    if (this.online.connectionsOf(verified.actor.userId) >= (this.env.connectionsPerUser ?? Infinity)) {
      throw rateLimited(FULL_RETRY_MS, 'Too many connections. Close one.');
    }
    Object.assign(socket.data, verified, { address });
  }

  /** The headers are gone once it is connected. */
  private addressOf({ handshake: { address, headers } }: ChatSocket): string {
    const forwardedFor = headers['x-forwarded-for'];
    const hops = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    return clientAddress(address, hops, this.env.trustProxy);
  }
}
