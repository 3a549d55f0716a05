import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Store contracts and the whole e2e suite, once on each database that is deployed on. Arguments go to Jest.
 * A database that is not named is an error: a suite that skips itself proves nothing.
 */
const withoutMySql = process.env.GOCHAT_WITHOUT_MYSQL === '1';
const databases = [
  { name: 'mariadb', variable: 'TEST_MARIADB_URL' },
  ...(withoutMySql ? [] : [{ name: 'mysql', variable: 'TEST_MYSQL_URL' }]),
];

const absent = databases.filter(({ variable }) => !process.env[variable]);
if (absent.length > 0) {
  for (const { name, variable } of absent) {
    console.error(
      `${variable} is not set: it names the ${name} to test on, as mysql://user:password@host:port/database`,
    );
  }
  process.exit(1);
}
if (withoutMySql) {
  console.error('GOCHAT_WITHOUT_MYSQL=1: MYSQL IS NOT TESTED. This run proves nothing about MySQL.');
}

const failed = databases.filter(({ name, variable }) => {
  console.log(`\ncontract and e2e on ${name}`);
  const reports = process.env.TEST_REPORTS;
  const { status } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...(reports ? ['--json', `--outputFile=${join(reports, `${name}.json`)}`] : []),
      ...process.argv.slice(2),
      '--selectProjects',
      'contract',
      'e2e',
    ],
    { stdio: 'inherit', env: { ...process.env, TEST_DATABASE: name, TEST_DATABASE_URL: process.env[variable] } },
  );
  return status !== 0;
});

if (failed.length > 0) {
  console.error(`\nfailed on ${failed.map(({ name }) => name).join(' and ')}`);
  process.exit(1);
}
