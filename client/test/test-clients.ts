import { Account, PASSWORD } from '../../test/clients/account.js';
import { Rest } from '../../test/clients/rest.js';
import type { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { type ClientOptions, GoChatClient } from '../src/index.js';
import { TcpProxy } from '../../test/harness/tcp-proxy.js';

/** Timing for tests. The server's heartbeat detects a lost connection; see {@link QUICK_HEARTBEAT}. */
export const QUICK = { connectMs: 1_000, answerMs: 1_000, retryMinMs: 20, retryMaxMs: 200, gapMs: 20 };

/** Settings of a server whose heartbeat detects a lost connection within a second. */
export const QUICK_HEARTBEAT = { PING_INTERVAL_MS: '400', PING_TIMEOUT_MS: '400' };

/** A user with a client, connected through a proxy that can fail. */
export class TestClient {
  private constructor(
    readonly account: Account,
    readonly client: GoChatClient,
    readonly proxy: TcpProxy,
  ) {}

  /** Registers a user and logs the client in. */
  static async register(server: TestServer, name: string, options: Partial<ClientOptions> = {}): Promise<TestClient> {
    const account = await server.account(name);
    const proxy = await TcpProxy.start(server.running.port);
    const client = new GoChatClient({ url: proxy.origin, timing: QUICK, ...options });
    await client.start();
    await client.auth.login({ login: account.username, password: PASSWORD });
    const testClient = new TestClient(account, client, proxy);
    await testClient.settle();
    return testClient;
  }

  /** REST without the proxy, in a session of its own. */
  get rest(): Rest {
    return new Rest(`http://127.0.0.1:${this.proxy.target}/api/v1`, this.account.token);
  }

  get id(): string {
    return this.account.id;
  }

  /** Online and synced, with nothing pending in the outbox except failed sends. */
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
