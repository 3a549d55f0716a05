import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { ImageTrial } from './image-trial.mjs';

/**
 * Runs the steps of the Dockerfile without Docker: the same copies and commands in the same order, with the installed
 * Node, in temporary folders. Then checks the result: it has no development dependency; and as a user without write
 * permission, through the same entry point, it refuses an incomplete configuration, migrates, serves a first chat, and
 * exits cleanly on SIGTERM. It runs in production mode if TEST_MYSQL_URL or TEST_MARIADB_URL is set.
 *
 * Commands that change the system are left out: Debian packages, and folders in the root. With `--installed`, the
 * caller has just run `npm ci` in the repository, and the first install is copied from there.
 */
const repository = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'gochat-image-'));
const context = join(work, 'context');
const { TEST_MARIADB_URL, TEST_MYSQL_URL = TEST_MARIADB_URL } = process.env;
const installed = process.argv.includes('--installed');

function fail(message) {
  throw new Error(`image-steps: ${message}`);
}

/** The instructions of a Dockerfile with one instruction per line. */
function instructions() {
  return readFileSync(join(context, 'Dockerfile'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? fail(`not an instruction on one line: ${line}`);
      return { name, rest, line };
    });
}

/**
 * Copies the paths that `.dockerignore` includes into a new build context. Without this, a `COPY` of an excluded file would
 * succeed here and fail in Docker.
 * @returns the folder of the build context
 */
function createBuildContext() {
  const included = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const build = join(work, 'docker-context');
  mkdirSync(build);
  for (const path of included) {
    if (!existsSync(join(context, path))) fail(`.dockerignore includes ${path}, which does not exist`);
    cpSync(join(context, path), join(build, path), { recursive: true });
  }
  return build;
}

function copy(rest, stages, source, target) {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const stage = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  const destination = paths.pop();
  for (const path of paths) {
    const from = stage
      ? join(stages.get(stage) ?? fail(`no stage ${stage}`), path.replace(/^\/app\//, ''))
      : join(source, path);
    if (!existsSync(from)) fail(`COPY ${path}: not found in the ${stage ? 'stage' : 'build context'}`);
    cpSync(from, join(target, destination.endsWith('/') ? join(destination, path) : destination), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

function copyInstalled(folder) {
  const lock = (at) => readFileSync(join(at, 'package-lock.json'), 'utf8');
  if (lock(repository) !== lock(folder)) fail('package-lock.json has uncommitted changes');
  // Copies the contents, not the folder: if node_modules is a symlink, `npm prune` would prune its target.
  for (const modules of ['node_modules', 'client/node_modules', 'web/node_modules']) {
    if (!existsSync(join(repository, modules))) continue;
    mkdirSync(join(folder, modules));
    execFileSync('cp', ['-a', `${repository}/${modules}/.`, join(folder, modules)]);
  }
}

/** @returns the folder of the last stage, its environment, command and health check */
function build(source) {
  const stages = new Map();
  const image = { folder: '', env: {}, entrypoint: [], command: [], healthcheck: [] };
  for (const { name, rest, line } of instructions()) {
    if (name === 'FROM') {
      image.folder = join(work, `stage-${stages.size + 1}`);
      mkdirSync(image.folder);
      stages.set(/ AS (\S+)$/.exec(rest)?.[1] ?? 'image', image.folder);
      continue;
    }
    const started = Date.now();
    if (name === 'COPY') copy(rest, stages, source, image.folder);
    else if (name === 'RUN' && /^(apt-get|install) /.test(rest)) continue;
    else if (name === 'RUN' && rest.startsWith('npm ci') && installed) copyInstalled(image.folder);
    else if (name === 'RUN')
      execFileSync('bash', ['-ec', rest], { cwd: image.folder, stdio: ['ignore', 'ignore', 'inherit'] });
    else if (name === 'ENV')
      Object.assign(image.env, Object.fromEntries(rest.split(' ').map((pair) => pair.split('='))));
    else if (name === 'ENTRYPOINT') image.entrypoint = JSON.parse(rest);
    else if (name === 'CMD') image.command = JSON.parse(rest);
    else if (name === 'HEALTHCHECK') image.healthcheck = JSON.parse(rest.replace(/^.*? CMD /, ''));
    else continue;
    if (name === 'RUN') console.log(`${line} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }
  return image;
}

function noDevelopmentDependencies(folder) {
  const lock = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8'));
  const found = Object.entries(lock.packages)
    .filter(([path, entry]) => entry.dev && existsSync(join(folder, path)))
    .map(([path]) => path);
  if (found.length > 0) fail(`the image contains development dependencies: ${found.join(', ')}`);
}

let trial;
try {
  execFileSync('git', ['clone', '--quiet', repository, context], { stdio: 'inherit' });
  const image = build(createBuildContext());
  noDevelopmentDependencies(image.folder);
  console.log('the image has no development dependencies');
  const { deploy } = JSON.parse(readFileSync(join(context, 'railway.json'), 'utf8'));
  trial = new ImageTrial(image, deploy, work);
  await trial.isReadOnly();
  await trial.refusesIncompleteConfiguration();
  await trial.servesOnSqlite();
  if (TEST_MYSQL_URL) await trial.servesInProduction(TEST_MYSQL_URL);
  const modes = TEST_MYSQL_URL
    ? 'in development with a data folder only, in production on MySQL without one'
    : 'in development with a data folder only (production not tested: no database server)';
  console.log(`the read-only image migrates, serves a chat and stops on SIGTERM: ${modes}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  trial?.cleanUp();
  rmSync(work, { recursive: true, force: true });
}
