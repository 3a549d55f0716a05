import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * On each supported database: store contracts, the whole e2e suite on two nodes (joined by a Redis, or by a Redis
 * Cluster), outages, restarts of a database, and the cluster specs. Arguments are passed to Jest. A missing service is
 * an error: nothing is skipped.
 */
const withoutMySql = process.env.GOCHAT_WITHOUT_MYSQL === '1';
const MARIADB = { database: 'mariadb', variable: 'TEST_MARIADB_URL' };
const MYSQL = withoutMySql ? MARIADB : { database: 'mysql', variable: 'TEST_MYSQL_URL' };

/** Specs on processes, documents and headers do not depend on how nodes are joined, and run on two nodes once. */
const NOT_OF_NODES = 'e2e/(admin|asyncapi|documents|documents-answers|process|web-security)\\.';

const runs = [
  { name: 'mariadb', ...MARIADB, projects: ['contract', 'outage', 'restart'] },
  ...(withoutMySql ? [] : [{ name: 'mysql', ...MYSQL, projects: ['contract', 'cluster', 'outage'] }]),
  { name: `${MYSQL.database}-two-nodes`, ...MYSQL, projects: ['e2e'], redis: 'TEST_REDIS_URL' },
  {
    name: 'mariadb-redis-cluster',
    ...MARIADB,
    projects: ['e2e'],
    redis: 'TEST_REDIS_CLUSTER_URL',
    without: NOT_OF_NODES,
  },
];

const missing = runs
  .flatMap(({ variable, redis = variable }) => [variable, redis])
  .filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`Set ${[...new Set(missing)].join(', ')}.`);
  console.error(
    'Databases: mysql://user:password@host:port/database. Redis: redis://host:port; a cluster: comma-separated.',
  );
  process.exit(1);
}
if (withoutMySql) {
  console.error('GOCHAT_WITHOUT_MYSQL=1: MYSQL IS NOT TESTED.');
}

const failed = runs.filter(({ name, database, variable, projects, redis, without }) => {
  console.log(`\n${projects.join(', ')} on ${name}`);
  const reports = process.env.TEST_REPORTS;
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...(reports ? ['--json', `--outputFile=${join(reports, `${name}.json`)}`] : []),
      ...(without ? [`--testPathIgnorePatterns=${without}`] : []),
      ...process.argv.slice(2),
      '--selectProjects',
      ...projects,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        TEST_DATABASE: database,
        TEST_DATABASE_URL: process.env[variable],
        TEST_NODES_REDIS_URL: redis ? process.env[redis] : '',
      },
    },
  );
  return status !== 0;
});

if (failed.length > 0) {
  console.error(`\nfailed on ${failed.map(({ name }) => name).join(' and ')}`);
  process.exit(1);
}
