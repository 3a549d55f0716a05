import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the server and the web client, side by side. The web client is left as it is when nothing that it is made of is
 * newer: `npm start` should not wait for it each time.
 */
const WEB_PAGE = 'web/dist/index.html';
const WEB_SOURCES = ['web/src', 'web/worker', 'web/public', 'web/build', 'web/index.html', 'client/src'];

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newest(path) {
  if (!statSync(path).isDirectory()) return modified(path);
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  // Folders too: a file that was taken away leaves its mark there.
  return Math.max(modified(path), ...entries.map((entry) => modified(join(entry.parentPath, entry.name))));
}

const isWebFresh = () => modified(WEB_PAGE) > Math.max(...[...WEB_SOURCES, 'package-lock.json'].map(newest));

/** @returns whether it went well; what it says is shown when it did not */
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

const builds = [run('server', 'nest', ['build'])];
if (!isWebFresh()) builds.push(run('web client', 'npm', ['run', '--silent', 'build', '--workspace', 'web']));
if ((await Promise.all(builds)).includes(false)) process.exitCode = 1;
