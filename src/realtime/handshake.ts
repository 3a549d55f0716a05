import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { AccessStrategy } from '../auth/access.strategy.js';
import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../delivery/logger.js';
import { problemOf } from '../delivery/problem.js';
import { clientAddress } from '../limits/address.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { ChatSocket } from './chat-socket.js';

/** Lets a socket in by the access token in `auth.token` or the `Authorization` header. */
@Injectable()
export class Handshake {
  constructor(
    private readonly access: AccessStrategy,
    private readonly telemetry: Telemetry,
    @Inject(ENV) private readonly env: Pick<Env, 'trustProxy'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Socket.IO middleware: a refusal reaches the client as `connect_error` whose `data` is the error object. */
  readonly middleware = (socket: ChatSocket, next: (error?: Error) => void): void => {
    const { auth, headers } = socket.handshake;
    const token: unknown = auth['token'];
    this.access.verify(typeof token === 'string' ? `Bearer ${token}` : headers.authorization).then(
      (verified) => {
        Object.assign(socket.data, verified, { address: this.addressOf(socket) });
        this.telemetry.metrics.handshake('ok');
        next();
      },
      (error: unknown) => {
        const problem = problemOf(error, randomUUID());
        const { requestId, code } = problem;
        this.telemetry.metrics.handshake(code);
        if (code === 'internal') this.log.error({ err: error, requestId }, 'handshake failed');
        this.log.info({ requestId, code }, 'refused');
        next(Object.assign(new Error(problem.title), { data: problem }));
      },
    );
  };

  /** The headers are gone once it is connected. */
  private addressOf({ handshake: { address, headers } }: ChatSocket): string {
    const forwardedFor = headers['x-forwarded-for'];
    const hops = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
    return clientAddress(address, hops, this.env.trustProxy);
  }
}
