import { spawn } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the server and the web client in parallel; `node scripts/build.mjs server` builds the server alone. The web
 * client is skipped if its output is newer than its sources, so that `npm start` does not wait for it.
 */
const WEB_PAGE = 'web/dist/index.html';
const WEB_SOURCES = ['web/src', 'web/worker', 'web/public', 'web/build', 'web/index.html', 'client/src'];

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  // Removing a file changes only the time of its folder.
  return Math.max(modified(path), ...entries.map((entry) => modified(join(entry.parentPath, entry.name))));
}

const isWebFresh = () => modified(WEB_PAGE) > Math.max(...[...WEB_SOURCES, 'package-lock.json'].map(newest));

/** @returns whether the command succeeded; its output is printed only when it failed */
function run(name, command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      if (code !== 0) console.error(`The build of the ${name} failed:\n${output}`);
      resolve(code === 0);
    });
  });
}

function buildServer() {
  rmSync('dist', { recursive: true, force: true });
  return run('server', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
}

const builds = [buildServer()];
if (process.argv[2] !== 'server' && !isWebFresh()) {
  builds.push(run('web client', 'npm', ['run', '--silent', 'build', '--workspace', 'web']));
}
if ((await Promise.all(builds)).includes(false)) process.exitCode = 1;
