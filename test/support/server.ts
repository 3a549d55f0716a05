import { type Logger, pino } from 'pino';

import { readEnv } from '../../src/config/env.js';
import { type RunningServer, startServer } from '../../src/server.js';
import { Account } from './account.js';
import { type TestDatabase, testDatabase } from './databases.js';
import { Rest } from './rest.js';

/** A whole GoChat on a free port of loopback, with a database of its own. */
export class TestServer {
  private readonly accounts: Account[] = [];
  private names = 0;

  private constructor(
    readonly running: RunningServer,
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
  ) {}

  /** @param environment variables that differ from a test's defaults; @param log where log lines go; nowhere unless given */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    log: Logger = pino({ level: 'silent' }),
  ): Promise<TestServer> {
    return TestServer.over(await testDatabase(), true, environment, log);
  }

  /** Another server over the same data: a second node, or a later start. Stop it before this one. */
  beside(
    environment: Readonly<Record<string, string>> = {},
    log: Logger = pino({ level: 'silent' }),
  ): Promise<TestServer> {
    return TestServer.over(this.database, false, environment, log);
  }

  private static async over(
    database: TestDatabase,
    ownsDatabase: boolean,
    environment: Readonly<Record<string, string>>,
    log: Logger,
  ): Promise<TestServer> {
    const running = await startServer(
      readEnv({
        HOST: '127.0.0.1',
        PORT: '0',
        PRESENCE_GRACE_MS: '0',
        DATA_DIR: database.settings.dataDir,
        ...(database.settings.databaseUrl !== null && { DATABASE_URL: database.settings.databaseUrl }),
        ...environment,
      }),
      log,
    );
    return new TestServer(running, database, ownsDatabase);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  /** REST without a token. */
  get rest(): Rest {
    return new Rest(`${this.origin}/api/v1`);
  }

  /** Registers someone; every test has people of its own. */
  async account(name = 'user'): Promise<Account> {
    const username = `${name}_${Date.now().toString(36)}${(this.names++).toString(36)}`.slice(-32);
    const account = await Account.register(this.origin, username);
    this.accounts.push(account);
    return account;
  }

  /** Ends the sockets of all accounts, the server, and its database if it was made for this server. */
  async stop(): Promise<void> {
    for (const account of this.accounts) account.disconnect();
    await this.running.stop();
    if (this.ownsDatabase) await this.database.remove();
  }
}
