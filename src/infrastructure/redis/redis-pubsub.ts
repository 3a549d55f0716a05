import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { OnApplicationShutdown } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';

type Handler = (message: Buffer, channel: Buffer) => void;

/** Messages on their way to Redis; what would be more is not sent. */
const MAX_UNDER_WAY = 10_000;
/** Channels that are subscribed to with one command. */
const CHUNK = 500;
/** How long a new socket waits for its channels. */
const SETTLE_MS = 1_000;
/** How long a shutdown waits for what was said last. */
const LAST_WORDS_MS = 500;
const STEP_MS = 5;
/** A message to ourselves, and how long it may stay away until the connections are made anew. */
const ECHO_MS = 3_000;
const SILENCE_MS = 10_000;
const MAX_RETRY_MS = 2_000;
const MARK_BYTES = 16;

/**
 * Pub/sub between nodes over Redis 7 or newer: sharded, so that each server of a Redis Cluster carries some channels only.
 * It is made for messages that may be lost. Nothing waits for Redis, and nothing fails with it: what cannot be sent now is
 * not sent at all, and what was missed meanwhile is found by comparing with the database.
 *
 * Its methods have the names by which Socket.IO's adapter knows the client of the `redis` package.
 */
export class RedisPubSub implements OnApplicationShutdown {
  private readonly publisher: Redis | Cluster;
  private readonly subscriber: Redis | Cluster;
  private readonly handlers = new Map<string, Handler>();
  private readonly settling = new Set<Promise<unknown>>();
  /** Ahead of each message: whose it is. */
  private readonly mark = randomBytes(MARK_BYTES / 2).toString('hex');
  private readonly markBytes = Buffer.from(this.mark);
  private readonly echo = `gochat#echo#${this.mark}`;
  private readonly timer: NodeJS.Timeout;
  private readonly whenBack: (() => void)[] = [];
  private underWay = 0;
  private echoedAt = Date.now();
  private up = false;

  /** @param urls `redis://…` of one server, or of several of a cluster */
  constructor(
    urls: readonly string[],
    private readonly log: Logger,
  ) {
    this.publisher = connect(urls);
    this.subscriber = connect(urls);
    for (const client of [this.publisher, this.subscriber]) {
      client.on('error', (error: Error) => this.wentDown(error.message));
      client.on('close', () => this.wentDown('the connection ended'));
    }
    this.subscriber.on('ready', () => {
      this.subscribe([...this.handlers.keys()]);
      void this.settled().then(() => this.beat());
    });
    this.publisher.on('ready', () => this.beat());
    this.subscriber.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      // A node hears the channels that it publishes to, and knows what it has said.
      const isOwn = message.subarray(0, MARK_BYTES).equals(this.markBytes);
      const name = channel.toString();
      if (name === this.echo) this.heardEcho();
      else if (!isOwn) this.hand(message.subarray(MARK_BYTES), channel, name);
    });
    this.sSubscribe(this.echo, () => undefined);
    this.timer = setInterval(() => this.beat(), ECHO_MS).unref();
  }

  /** Whether what is published arrives. */
  get isUp(): boolean {
    return this.up;
  }

  /** For what else nodes keep in Redis; a command fails at once while Redis is away. */
  get commands(): Redis | Cluster {
    return this.publisher;
  }

  /** Calls back each time when it has come up: what was published before may not have arrived. */
  onUp(listener: () => void): void {
    this.whenBack.push(listener);
  }

  /** Hears that channel from now on, or from when Redis is there. */
  sSubscribe(channel: string, handler: Handler): void {
    this.handlers.set(channel, handler);
    if (this.subscriber.status === 'ready') this.subscribe([channel]);
  }

  sUnsubscribe(channel: string): void {
    this.handlers.delete(channel);
    if (this.subscriber.status === 'ready') this.settle(this.subscriber.sunsubscribe(channel));
  }

  /** Publishes without waiting. Resolves at once, whatever becomes of it. */
  sPublish(channel: string, message: string | Buffer): Promise<void> {
    if (this.publisher.status === 'ready' && this.underWay < MAX_UNDER_WAY) {
      this.underWay++;
      const marked = typeof message === 'string' ? this.mark + message : Buffer.concat([this.markBytes, message]);
      this.publisher.spublish(channel, marked).then(this.arrived, this.arrived);
    }
    return Promise.resolve();
  }

  /** Resolves once all channels asked for so far are heard, or Redis takes too long for it. */
  async settled(): Promise<void> {
    if (this.settling.size === 0) return;
    const abort = new AbortController();
    const timeout = delay(SETTLE_MS, undefined, { ref: false, signal: abort.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.settling), timeout]);
    abort.abort();
  }

  /** Ends the connections, once the last words have left or Redis takes too long for it. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    const deadline = Date.now() + LAST_WORDS_MS;
    while (this.underWay > 0 && Date.now() < deadline) await delay(STEP_MS);
    this.up = false;
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }

  private readonly arrived = (): void => {
    this.underWay--;
  };

  private hand(message: Buffer, channel: Buffer, name: string): void {
    try {
      this.handlers.get(name)?.(message, channel);
    } catch (error) {
      this.log.error({ err: error, channel: name }, 'another node said what this one does not understand');
    }
  }

  private subscribe(channels: readonly string[]): void {
    // A cluster takes channels of one slot at a time.
    const size = this.subscriber instanceof Cluster ? 1 : CHUNK;
    for (let done = 0; done < channels.length; done += size) {
      this.settle(this.subscriber.ssubscribe(...channels.slice(done, done + size)));
    }
  }

  private settle(command: Promise<unknown>): void {
    // What fails, fails with its connection, and the next connection begins with all channels.
    const settling = command.catch(() => undefined).finally(() => this.settling.delete(settling));
    this.settling.add(settling);
  }

  /** A connection may be dead without having ended. */
  private beat(): void {
    void this.sPublish(this.echo, '');
    if (Date.now() - this.echoedAt < SILENCE_MS) return;
    this.echoedAt = Date.now();
    this.wentDown('no answer in time');
    for (const client of [this.publisher, this.subscriber]) if (client.status === 'ready') client.disconnect(true);
  }

  private heardEcho(): void {
    this.echoedAt = Date.now();
    if (this.up) return;
    this.up = true;
    this.log.info('Redis is there');
    for (const listener of this.whenBack) listener();
  }

  private wentDown(reason: string): void {
    if (!this.up) return;
    this.up = false;
    this.log.error({ reason }, 'Redis is gone: nodes hear nothing of each other, and find it in the database');
  }
}

function connect(urls: readonly string[]): Redis | Cluster {
  const common = {
    // What cannot be sent now is not sent later either: it would be old.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectTimeout: 5_000,
    keepAlive: 10_000,
  };
  const retry = (times: number): number => Math.min(MAX_RETRY_MS, 100 * times) * (0.5 + Math.random() / 2);
  const [url = ''] = urls;
  if (urls.length === 1) {
    return new Redis(url, {
      ...common,
      retryStrategy: retry,
      // What one turn publishes leaves in one write.
      enableAutoPipelining: true,
      // What has no answer when a connection ends fails then: a pipeline that never ends would be the last one.
      maxRetriesPerRequest: 0,
    });
  }
  return new Cluster([...urls], {
    enableOfflineQueue: false,
    shardedSubscribers: true,
    clusterRetryStrategy: retry,
    redisOptions: { ...common, ...credentials(url) },
  });
}

/** A cluster takes user, password and TLS not from its addresses. */
function credentials(address: string): object {
  const { username, password, protocol } = new URL(address);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
