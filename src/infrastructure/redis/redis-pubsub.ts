import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { OnApplicationShutdown } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';

type Handler = (message: Buffer, channel: Buffer) => void;

/** Publishes without an answer from Redis; further messages are dropped. */
const MAX_IN_FLIGHT = 10_000;
/** Channels per subscribe command. */
const CHUNK = 500;
/** How long {@link RedisPubSub.settled} waits. */
const SUBSCRIBE_TIMEOUT_MS = 1_000;
/** How long a shutdown waits for publishes in flight. */
const SHUTDOWN_FLUSH_MS = 500;
const SHUTDOWN_POLL_MS = 5;
/** The node publishes a heartbeat to itself, and reconnects when none has arrived within the timeout. */
const HEARTBEAT_MS = 3_000;
const HEARTBEAT_TIMEOUT_MS = 10_000;
const MAX_RETRY_MS = 2_000;
const NODE_ID_BYTES = 16;

/**
 * Sharded pub/sub between nodes over Redis 7 or newer: in a Redis Cluster each server carries a part of the channels.
 * Delivery is best-effort, at most once. No caller waits for Redis or fails with it: a message that cannot be sent now is
 * dropped, and anti-entropy repairs the gap from the database. The Socket.IO adapter and `ClusterBridge` call it for every
 * cross-node event, `ClusterCounters` uses its connection, and health reads {@link isUp}.
 *
 * Method names follow the client of the `redis` package, which Socket.IO's adapter expects.
 */
export class RedisPubSub implements OnApplicationShutdown {
  private readonly publisher: Redis | Cluster;
  private readonly subscriber: Redis | Cluster;
  private readonly handlers = new Map<string, Handler>();
  private readonly pendingSubscriptions = new Set<Promise<unknown>>();
  /** Prefix of each message: the publishing node, which ignores its own messages. */
  private readonly nodeId = randomBytes(NODE_ID_BYTES / 2).toString('hex');
  private readonly nodeIdBytes = Buffer.from(this.nodeId);
  private readonly heartbeatChannel = `gochat#echo#${this.nodeId}`;
  private readonly timer: NodeJS.Timeout;
  private readonly reconnectListeners: (() => void)[] = [];
  private inFlight = 0;
  private lastHeartbeatAt = Date.now();
  private up = false;

  /** @param urls `redis://…` of one server, or of several of a cluster */
  constructor(
    urls: readonly string[],
    private readonly log: Logger,
  ) {
    this.publisher = connect(urls);
    this.subscriber = connect(urls);
    for (const client of [this.publisher, this.subscriber]) {
      client.on('error', (error: Error) => this.onDown(error.message));
      client.on('close', () => this.onDown('connection closed'));
    }
    this.subscriber.on('ready', () => {
      this.subscribe([...this.handlers.keys()]);
      void this.settled().then(() => this.sendHeartbeat());
    });
    this.publisher.on('ready', () => this.sendHeartbeat());
    this.subscriber.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
      // Redis also delivers a node's own messages, on the channels that it subscribes to.
      const isOwn = message.subarray(0, NODE_ID_BYTES).equals(this.nodeIdBytes);
      const name = channel.toString();
      if (name === this.heartbeatChannel) this.onHeartbeat();
      else if (!isOwn) this.dispatch(message.subarray(NODE_ID_BYTES), channel, name);
    });
    this.sSubscribe(this.heartbeatChannel, () => undefined);
    this.timer = setInterval(() => this.sendHeartbeat(), HEARTBEAT_MS).unref();
  }

  /** Whether this node received its last heartbeat, so that publishes are being delivered. */
  get isUp(): boolean {
    return this.up;
  }

  /** The connection for other Redis commands. A command fails at once while Redis is down. */
  get commands(): Redis | Cluster {
    return this.publisher;
  }

  /** Calls `listener` after each (re)connect: messages published before may have been lost. */
  onUp(listener: () => void): void {
    this.reconnectListeners.push(listener);
  }

  /** Subscribes to a channel, now or at the next reconnect. A later handler replaces an earlier one. */
  sSubscribe(channel: string, handler: Handler): void {
    this.handlers.set(channel, handler);
    if (this.subscriber.status === 'ready') this.subscribe([channel]);
  }

  sUnsubscribe(channel: string): void {
    this.handlers.delete(channel);
    if (this.subscriber.status === 'ready') this.track(this.subscriber.sunsubscribe(channel));
  }

  /** Publishes without waiting. Resolves at once, and never rejects. */
  sPublish(channel: string, message: string | Buffer): Promise<void> {
    if (this.publisher.status === 'ready' && this.inFlight < MAX_IN_FLIGHT) {
      this.inFlight++;
      const marked = typeof message === 'string' ? this.nodeId + message : Buffer.concat([this.nodeIdBytes, message]);
      this.publisher.spublish(channel, marked).then(this.onPublished, this.onPublished);
    }
    return Promise.resolve();
  }

  /** Resolves when all subscriptions requested so far are active, or after a second. */
  async settled(): Promise<void> {
    if (this.pendingSubscriptions.size === 0) return;
    const abort = new AbortController();
    const timeout = delay(SUBSCRIBE_TIMEOUT_MS, undefined, { ref: false, signal: abort.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.pendingSubscriptions), timeout]);
    abort.abort();
  }

  /** Closes the connections after publishes in flight were sent, or after 500 ms. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    const deadline = Date.now() + SHUTDOWN_FLUSH_MS;
    while (this.inFlight > 0 && Date.now() < deadline) await delay(SHUTDOWN_POLL_MS);
    this.up = false;
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }

  private readonly onPublished = (): void => {
    this.inFlight--;
  };

  private dispatch(message: Buffer, channel: Buffer, name: string): void {
    try {
      this.handlers.get(name)?.(message, channel);
    } catch (error) {
      this.log.error({ err: error, channel: name }, 'redis: message from another node not understood');
    }
  }

  private subscribe(channels: readonly string[]): void {
    // A cluster accepts only channels of one slot per command.
    const size = this.subscriber instanceof Cluster ? 1 : CHUNK;
    for (let done = 0; done < channels.length; done += size) {
      this.track(this.subscriber.ssubscribe(...channels.slice(done, done + size)));
    }
  }

  private track(command: Promise<unknown>): void {
    // A failure means a lost connection; the next connection subscribes to all channels.
    const settling = command.catch(() => undefined).finally(() => this.pendingSubscriptions.delete(settling));
    this.pendingSubscriptions.add(settling);
  }

  /** Detects connections that are dead but not closed. */
  private sendHeartbeat(): void {
    void this.sPublish(this.heartbeatChannel, '');
    if (Date.now() - this.lastHeartbeatAt < HEARTBEAT_TIMEOUT_MS) return;
    this.lastHeartbeatAt = Date.now();
    this.onDown('heartbeat timeout');
    for (const client of [this.publisher, this.subscriber]) if (client.status === 'ready') client.disconnect(true);
  }

  private onHeartbeat(): void {
    this.lastHeartbeatAt = Date.now();
    if (this.up) return;
    this.up = true;
    this.log.info('redis connected');
    for (const listener of this.reconnectListeners) listener();
  }

  private onDown(reason: string): void {
    if (!this.up) return;
    this.up = false;
    this.log.error({ reason }, 'redis disconnected; relying on anti-entropy');
  }
}

function connect(urls: readonly string[]): Redis | Cluster {
  const common = {
    // A message that cannot be sent now is dropped: later it would be stale.
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
      // Publishes of one event-loop tick leave in one write.
      enableAutoPipelining: true,
      // Commands without an answer fail when the connection closes: ioredis waits for the pipeline before the next one.
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

/** ioredis does not read user, password and TLS from a cluster's URLs. */
function credentials(address: string): object {
  const { username, password, protocol } = new URL(address);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
