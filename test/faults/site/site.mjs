import { Balancer } from './balancer.mjs';
import { freePort, makeFolder, OwnedProcess, removeFolder } from './process.mjs';
import { Redis } from './redis.mjs';

const MAIN = 'dist/main.js';
const COMMON = {
  HOST: '127.0.0.1',
  JWT_SECRET: 'two nodes and 24 clients of the fault suite',
  // Short, so that a trial includes token refreshes and heartbeat timeouts.
  ACCESS_TOKEN_TTL: '30s',
  PING_INTERVAL_MS: '3000',
  PING_TIMEOUT_MS: '3000',
  RATE_LIMITS: 'off',
  LOG_LEVEL: 'warn',
};

/** Two nodes behind a balancer, with a new database and a Redis of their own. */
export class Site {
  nodes = [];
  folder = makeFolder();

  /** @param environments the variables of each node, which override the common ones */
  static async start({ database, environments, random }) {
    const site = new Site();
    try {
      site.database = database.process;
      const [databaseUrl, redis] = await Promise.all([database.create(), Redis.start(site.folder)]);
      site.redis = redis;
      for (const environment of environments) {
        const shared = { ...COMMON, DATA_DIR: site.folder, DATABASE_URL: databaseUrl, REDIS_URL: redis.url };
        site.nodes.push(makeNode(await freePort(), { ...shared, ...environment }));
        // Sequentially: the first node creates the tables.
        await site.nodes.at(-1).start();
      }
      site.balancer = new Balancer(
        site.nodes.map(({ port }) => port),
        random.branch(),
      );
      await site.balancer.start();
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  get origins() {
    return this.nodes.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  /** Stops everything except the database server, which all trials share. */
  async stop() {
    await this.balancer?.stop();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.redis?.process.kill();
    removeFolder(this.folder);
  }
}

function makeNode(port, environment) {
  const node = new OwnedProcess(`node on port ${port}`, {
    command: process.execPath,
    args: ['--enable-source-maps', MAIN],
    environment: { ...environment, PORT: String(port) },
    isReady: () => isReady(port),
  });
  return Object.assign(node, { port });
}

async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/health/ready`, { headers: { connection: 'close' } })).ok;
  } catch {
    return false;
  }
}
