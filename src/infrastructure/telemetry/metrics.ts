/** Usage of the connection pool of a database server. */
export interface PoolUse {
  /** Maximum number of connections. */
  readonly size: number;
  /** Connections in use. */
  readonly used: number;
  /** Reads and transactions that wait for one. */
  readonly waiting: number;
}

/** Values that other components maintain, and that are read at each scrape. */
export interface Readings {
  /** Sockets of this node, by transport. */
  readonly connections: ReadonlyMap<string, number>;
  /** Events delivered to connections since the start, by name. */
  readonly deliveries: ReadonlyMap<string, number>;
  readonly pool: PoolUse;
  readonly redisUp: boolean;
}

/** `error` is a failure of the database or the connection to it; a `DomainError` counts as `ok`. */
export type Outcome = 'ok' | 'error';

/**
 * The metrics of the server. `since` is the `performance.now()` at the start of an operation. Label values must come from
 * a small set that clients cannot extend.
 */
export abstract class Metrics {
  /** Whether metrics are enabled; callers skip costly preparations otherwise. */
  abstract readonly isOn: boolean;
  /** Registers a function that is read at each scrape. */
  abstract watch<K extends keyof Readings>(what: K, read: () => Readings[K]): void;
  /** Counts a handshake: `ok`, or the code of its error. */
  abstract handshake(code: string): void;
  abstract disconnected(reason: string): void;
  /** @param name of a command that exists, or `unknown` */
  abstract command(name: string, code: string, since: number): void;
  /** @param route its template, or `none`; never a path */
  abstract request(method: string, route: string, status: number, seconds: number): void;
  abstract query(kind: 'read' | 'transaction', outcome: Outcome, since: number): void;
  /** Records a group commit of `changes` changes. */
  abstract batch(changes: number, outcome: Outcome, since: number): void;
  /** All metrics in the Prometheus text format. */
  abstract text(): Promise<string>;
}

/** Used when metrics are disabled. */
export class NoMetrics extends Metrics {
  readonly isOn = false;
  watch(): void {}
  handshake(): void {}
  disconnected(): void {}
  command(): void {}
  request(): void {}
  query(): void {}
  batch(): void {}
  text(): Promise<string> {
    return Promise.resolve('');
  }
}
