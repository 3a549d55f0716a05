import { type TestDatabase, testDatabase } from './databases.js';
import { TestServer } from './server.js';
import { TcpProxy } from './tcp-proxy.js';

/** A GoChat server that reaches its MySQL or MariaDB through a proxy. */
export interface ServerBehindProxy {
  readonly server: TestServer;
  readonly proxy: TcpProxy;
  stop(): Promise<void>;
}

/** Uses the database server of `TEST_DATABASE_URL`. @param environment overrides the defaults of `TestServer` */
export async function serverBehindProxy(
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerBehindProxy> {
  const home = await testDatabase();
  const url = new URL(home.settings.databaseUrl ?? failure());
  const proxy = await TcpProxy.start(Number(url.port || 3306), url.hostname);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  const behind: TestDatabase = { ...home, settings: { ...home.settings, databaseUrl: url.href } };
  const server = await TestServer.on(behind, environment);
  return {
    server,
    proxy,
    async stop() {
      await server.stop();
      await proxy.stop();
      await home.remove();
    },
  };
}

function failure(): never {
  throw new Error('TEST_DATABASE_URL must name a MySQL or MariaDB: run npm run test:services');
}
