import { Account, PASSWORD } from '../../test/clients/account.js';
import { Rest } from '../../test/clients/rest.js';
import type { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { type ClientOptions, GoChatClient } from '../src/index.js';
import { TcpProxy } from '../../test/harness/tcp-proxy.js';

/** Short enough for a test; a lost connection is noticed by its heartbeat too, which the server's settings give. */
export const QUICK = { connectMs: 1_000, answerMs: 1_000, retryMinMs: 20, retryMaxMs: 200, gapMs: 20 };

/** Settings of a server whose heartbeat notices a lost connection within a second. */
export const QUICK_HEARTBEAT = { PING_INTERVAL_MS: '400', PING_TIMEOUT_MS: '400' };

/** Somebody with a client behind a bad connection. */
export class Person {
  private constructor(
    readonly account: Account,
    readonly client: GoChatClient,
    readonly proxy: TcpProxy,
  ) {}

  /** Registers somebody, and logs them in. */
  static async enter(server: TestServer, name: string, options: Partial<ClientOptions> = {}): Promise<Person> {
    const account = await server.account(name);
    const proxy = await TcpProxy.start(server.running.port);
    const client = new GoChatClient({ url: proxy.origin, timing: QUICK, ...options });
    await client.start();
    await client.auth.login({ login: account.username, password: PASSWORD });
    const person = new Person(account, client, proxy);
    await person.settle();
    return person;
  }

  /** REST past the bad connection, with a session of its own. */
  get rest(): Rest {
    return new Rest(`http://127.0.0.1:${this.proxy.target}/api/v1`, this.account.token);
  }

  get id(): string {
    return this.account.id;
  }

  /** Connected, nothing missing, and nothing on its way that is not refused. */
  get isSettled(): boolean {
    const { status, isSyncing } = this.client.connection.getSnapshot();
    return status === 'online' && !isSyncing && this.client.outbox.getSnapshot().every(({ error }) => error !== null);
  }

  async settle(): Promise<void> {
    await waitFor(`${this.account.username} is settled`, () => this.isSettled).catch((error: unknown) => {
      const seen = { ...this.client.connection.getSnapshot(), outbox: this.client.outbox.getSnapshot() };
      throw new Error(`${String(error)}: ${JSON.stringify(seen)}`);
    });
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.proxy.stop();
  }
}
