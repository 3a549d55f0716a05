import { type Logger, pino } from 'pino';

import { readEnv } from '../../src/infrastructure/config/env.js';
import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { Account } from '../clients/account.js';
import { Rest } from '../clients/rest.js';
import { waitFor } from '../support/wait-for.js';
import { type TestDatabase, testDatabase } from './databases.js';

/** Two nodes joined by Redis, if a database server and a Redis are given; otherwise one. */
const { TEST_NODES_REDIS_URL: REDIS_URL = '', TEST_DATABASE_URL } = process.env;
const clustered = REDIS_URL !== '' && TEST_DATABASE_URL !== undefined;

/**
 * A whole GoChat server on a free port of loopback, with a database of its own. With `TEST_NODES_REDIS_URL` it has two
 * nodes, and accounts alternate between them.
 */
export class TestServer {
  private readonly accounts: Account[] = [];
  private names = 0;

  private constructor(
    /** One or two. */
    readonly nodes: readonly RunningServer[],
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
  ) {}

  /** @param environment overrides the defaults for tests; @param log default: silent */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    log: Logger = pino({ level: 'silent' }),
  ): Promise<TestServer> {
    return TestServer.over(await testDatabase(), true, clustered ? 2 : 1, environment, log);
  }

  /** Starts a server on an existing database, which `stop` keeps. */
  static on(database: TestDatabase, environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    return TestServer.over(database, false, 1, environment, pino({ level: 'silent' }));
  }

  /** Starts another server on the same data: a second node, or a restart. Stop it before this one. */
  beside(
    environment: Readonly<Record<string, string>> = {},
    log: Logger = pino({ level: 'silent' }),
  ): Promise<TestServer> {
    return TestServer.over(this.database, false, 1, environment, log);
  }

  private static async over(
    database: TestDatabase,
    ownsDatabase: boolean,
    count: number,
    environment: Readonly<Record<string, string>>,
    log: Logger,
  ): Promise<TestServer> {
    const env = readEnv({
      HOST: '127.0.0.1',
      PORT: '0',
      PRESENCE_GRACE_MS: '0',
      RATE_LIMITS: 'off',
      DATA_DIR: database.settings.dataDir,
      ...(database.settings.databaseUrl !== null && { DATABASE_URL: database.settings.databaseUrl }),
      ...(clustered && { REDIS_URL, STICKY_SESSIONS: 'true' }),
      ...environment,
    });
    const nodes: RunningServer[] = [];
    while (nodes.length < count) nodes.push(await startServer(env, log));
    if (clustered) for (const { app } of nodes) await waitFor('Redis is connected', () => app.get(RedisPubSub).isUp);
    return new TestServer(nodes, database, ownsDatabase);
  }

  get running(): RunningServer {
    return this.nodes[0]!;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  /** REST without a token. */
  get rest(): Rest {
    return new Rest(`${this.origin}/api/v1`);
  }

  /** Registers a user with a unique name. */
  async account(name = 'user'): Promise<Account> {
    const username = `${name}_${Date.now().toString(36)}${(this.names++).toString(36)}`.slice(-32);
    const origins = this.nodes.map(({ port }) => `http://127.0.0.1:${port}`);
    const home = this.accounts.length % origins.length;
    const account = await Account.register(origins[home]!, username, [
      ...origins.slice(home + 1),
      ...origins.slice(0, home),
    ]);
    this.accounts.push(account);
    return account;
  }

  /** Closes the sockets of all accounts, stops the server, and removes the database if it belongs to this server. */
  async stop(): Promise<void> {
    for (const account of this.accounts) account.disconnect();
    for (const node of this.nodes) await node.stop();
    if (this.ownsDatabase) await this.database.remove();
  }
}
