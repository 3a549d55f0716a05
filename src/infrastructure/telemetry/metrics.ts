/** Connections to a database server. */
export interface PoolUse {
  /** Most that there may be. */
  readonly size: number;
  /** Lent to somebody at this moment. */
  readonly used: number;
  /** Reads and transactions that wait for one. */
  readonly waiting: number;
}

/** What is kept anyway, and read when somebody asks for the metrics. */
export interface Readings {
  /** Sockets of this node, by transport. */
  readonly connections: ReadonlyMap<string, number>;
  /** Events that were handed to connections since the start, by name. */
  readonly deliveries: ReadonlyMap<string, number>;
  readonly pool: PoolUse;
  readonly redisUp: boolean;
}

/** `error` is a fault of the database, or of the way to it; a refusal by a rule of the chat is none. */
export type Outcome = 'ok' | 'error';

/**
 * What is counted and timed. `since` is the `performance.now()` at which it began. Label values have to be of a small set
 * that no client can add to.
 */
export abstract class Metrics {
  /** Whether anybody will ask: what costs something ahead of a call here is left out otherwise. */
  abstract readonly isOn: boolean;
  /** Has that read at each scrape from now on. */
  abstract watch<K extends keyof Readings>(what: K, read: () => Readings[K]): void;
  /** A socket was let in (`ok`), or not. */
  abstract handshake(code: string): void;
  abstract disconnected(reason: string): void;
  /** @param name of a command that exists, or `unknown` */
  abstract command(name: string, code: string, since: number): void;
  /** @param route its template, or `none`; never a path */
  abstract request(method: string, route: string, status: number, seconds: number): void;
  abstract query(kind: 'read' | 'transaction', outcome: Outcome, since: number): void;
  /** A group commit of so many changes. */
  abstract batch(changes: number, outcome: Outcome, since: number): void;
  /** All of it in the text format of Prometheus. */
  abstract text(): Promise<string>;
}

/** Counts nothing. */
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
