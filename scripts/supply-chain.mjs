import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Checks the packages of the lock file. Has no dependencies, so that it can run before the installation. `npm run
 * supply-chain` also runs lockfile-lint, which checks the sources of packages.
 */

/** SPDX ids of licences that require a notice at most. */
const PERMISSIVE = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0', 'Python-2.0'],
  ...['CC0-1.0', 'Unlicense'],
]);
/** Licences that are also accepted for tools that are not shipped. */
const FOR_TOOLS = new Set([...PERMISSIVE, 'CC-BY-4.0', 'MPL-2.0']);

/** Packages without a licence field that npm understands, by version, with the licence in their files. */
const READ_BY_HAND = {
  'passport-strategy@1.0.0': 'MIT',
  'pause@0.0.1': 'MIT',
  'xmlhttprequest-ssl@2.1.2': 'MIT',
};

/** Formats of known credentials. */
const CREDENTIALS = [
  '-----BEGIN [A-Z ]*PRIVATE KEY-----',
  'AKIA[0-9A-Z]{16}',
  'gh[pousr]_[A-Za-z0-9]{36}',
  'npm_[A-Za-z0-9]{36}',
  'xox[abprs]-[A-Za-z0-9-]{10}',
];

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const { allowScripts } = read('package.json');
const packages = Object.entries(read('package-lock.json').packages)
  .filter(([path, { link }]) => path.includes('node_modules/') && !link)
  .map(([path, entry]) => ({ ...entry, name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length) }));

/** Whether an SPDX expression is acceptable: one side of an OR, both sides of an AND. */
function isAllowed(expression, allowed) {
  const sides = expression.replace(/^\((.*)\)$/, '$1');
  if (sides.includes(' OR ')) return sides.split(' OR ').some((side) => isAllowed(side, allowed));
  return sides.split(' AND ').every((side) => allowed.has(side));
}

function* faults() {
  for (const { name, version, integrity, license, dev } of packages) {
    const known = license ?? READ_BY_HAND[`${name}@${version}`];
    if (!integrity?.startsWith('sha512-')) yield `${name}@${version} has no SHA-512 in the lock file`;
    if (!known) yield `${name}@${version} declares no licence`;
    else if (!isAllowed(known, dev ? FOR_TOOLS : PERMISSIVE))
      yield `${name}@${version} has the licence ${known}, which is not allowed`;
  }
  const withScripts = new Set(packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name));
  for (const name of withScripts) {
    if (!(name in allowScripts)) yield `${name} has an install script: allow or deny it in allowScripts`;
  }
  for (const name of Object.keys(allowScripts)) {
    if (!withScripts.has(name)) yield `allowScripts lists ${name}, which has no install script`;
  }
  for (const id of Object.keys(READ_BY_HAND)) {
    if (!packages.some(({ name, version, license }) => `${name}@${version}` === id && !license))
      yield `READ_BY_HAND lists ${id}, which is not installed or declares its licence now`;
  }
  const search = ['grep', '-lIE', ...CREDENTIALS.flatMap((pattern) => ['-e', pattern])];
  const { status, stdout, error } = spawnSync('git', search, { encoding: 'utf8' });
  if (error || status > 1) yield 'git grep for credentials failed';
  for (const file of stdout?.split('\n').filter(Boolean) ?? []) yield `${file} contains a possible credential`;
}

const found = [...faults()];
for (const fault of found) console.error(fault);
if (found.length > 0) process.exitCode = 1;
else console.log(`${packages.length} packages: hashes, licences and install scripts are valid`);
