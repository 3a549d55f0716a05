import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { Metrics, type Outcome, type PoolUse, type Readings } from './metrics.js';

/** Upper bounds in seconds: of responses to clients, and of database queries. */
const ANSWER_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const QUERY_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 6];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Sampling interval of the event-loop delay. */
const EVENT_LOOP_MS = 20;

/** Process metrics, shared by all instances: their collection cannot be stopped, so it starts only once. */
let ofProcess: Registry | undefined;

/** Metrics in Prometheus format. Each instance has its own registry, so that servers of one process stay separate. */
export class Prometheus extends Metrics {
  readonly isOn = true;
  private readonly registry = new Registry();
  private readonly handshakes = this.counter(
    'socket_handshakes_total',
    'Sockets that were accepted (code ok) or rejected, by code of the error.',
    ['code'],
  );
  private readonly disconnects = this.counter(
    'socket_disconnects_total',
    'Sockets that ended, by reason; slow_reader: disconnected for exceeding the send buffer.',
    ['reason'],
  );
  private readonly commands = this.histogram(
    'socket_command_duration_seconds',
    'Socket commands from their arrival to their acknowledgement, by command (unknown: no such command) and code.',
    ['command', 'code'],
    ANSWER_BUCKETS,
  );
  private readonly requests = this.histogram(
    'http_request_duration_seconds',
    'HTTP requests, by method, template of the route (none: no such route) and status.',
    ['method', 'route', 'status'],
    ANSWER_BUCKETS,
  );
  private readonly queries = this.histogram(
    'database_query_duration_seconds',
    'Reads and transactions, with the wait for a connection. error: the database failed, a refusal by a rule is ok.',
    ['kind', 'outcome'],
    QUERY_BUCKETS,
  );
  private readonly batchSizes = this.histogram(
    'write_batch_changes',
    'Changes that one group commit stored.',
    [],
    BATCH_BUCKETS,
  );
  private readonly batches = this.histogram(
    'write_batch_duration_seconds',
    'Group commits from their first statement to the end of the commit, with retries.',
    ['outcome'],
    QUERY_BUCKETS,
  );
  private readonly watches: { readonly [K in keyof Readings]: (read: () => Readings[K]) => void } = {
    connections: (read) => this.watchConnections(read),
    deliveries: (read) => this.watchDeliveries(read),
    pool: (read) => this.watchPool(read),
    redisUp: (read) =>
      this.gauge('redis_up', 'Whether this node receives messages over Redis: 1 or 0 (with REDIS_URL).', () =>
        Number(read()),
      ),
  };

  constructor() {
    super();
    ofProcess ??= processMetrics();
  }

  watch<K extends keyof Readings>(what: K, read: () => Readings[K]): void {
    this.watches[what](read);
  }

  handshake(code: string): void {
    this.handshakes.inc({ code });
  }

  disconnected(reason: string): void {
    this.disconnects.inc({ reason: reason.replaceAll(' ', '_') });
  }

  command(command: string, code: string, since: number): void {
    this.commands.observe({ command, code }, secondsSince(since));
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }

  query(kind: 'read' | 'transaction', outcome: Outcome, since: number): void {
    this.queries.observe({ kind, outcome }, secondsSince(since));
  }

  batch(changes: number, outcome: Outcome, since: number): void {
    this.batchSizes.observe(changes);
    this.batches.observe({ outcome }, secondsSince(since));
  }

  async text(): Promise<string> {
    return `${await this.registry.metrics()}\n${(await ofProcess?.metrics()) ?? ''}`;
  }

  private watchConnections(read: () => ReadonlyMap<string, number>): void {
    const gauge: Gauge = new Gauge({
      ...this.described('socket_connections', 'Sockets of this node, by transport.'),
      labelNames: ['transport'],
      collect: () => {
        gauge.reset();
        for (const [transport, count] of read()) gauge.set({ transport }, count);
      },
    });
  }

  private watchDeliveries(read: () => ReadonlyMap<string, number>): void {
    const counter: Counter = new Counter({
      ...this.described(
        'event_deliveries_total',
        'Events passed to connections of this node, one per connection. conversation:changed counts repaired losses between nodes.',
      ),
      labelNames: ['event'],
      collect: () => {
        counter.reset();
        for (const [event, count] of read()) counter.inc({ event }, count);
      },
    });
  }

  private watchPool(read: () => PoolUse): void {
    this.gauge('database_pool_size', 'Most connections to the database (MySQL and MariaDB).', () => read().size);
    this.gauge(
      'database_pool_used',
      'Connections to the database that are in use (MySQL and MariaDB).',
      () => read().used,
    );
    this.gauge(
      'database_pool_waiting',
      'Reads and transactions that wait for a connection (MySQL and MariaDB).',
      () => read().waiting,
    );
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ ...this.described(name, help), collect: () => gauge.set(read()) });
  }

  private counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ ...this.described(name, help), labelNames });
  }

  private histogram<L extends string>(name: string, help: string, labelNames: L[], buckets: number[]): Histogram<L> {
    return new Histogram({ ...this.described(name, help), labelNames, buckets });
  }

  private described(name: string, help: string): { name: string; help: string; registers: Registry[] } {
    return { name: `gochat_${name}`, help, registers: [this.registry] };
  }
}

const secondsSince = (since: number): number => (performance.now() - since) / 1_000;

/** CPU, memory, garbage collection and event-loop delay, under prom-client's standard names. */
function processMetrics(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
  return register;
}
