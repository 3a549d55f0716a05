import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The user `nobody`, if this process is root. */
const USER = process.getuid() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const JSON_BODY = { 'Content-Type': 'application/json' };

const fail = (message) => {
  throw new Error(`image-steps: ${message}`);
};

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => done(String(port)));
    });
  });

/** Runs an image through its entry point, as a user who can write neither to the image nor to temporary folders. */
export class ImageTrial {
  #children = new Set();
  #image;
  #deploy;
  #data;

  /**
   * @param image `{folder, env, entrypoint, command, healthcheck}`
   * @param deploy the platform's settings from `railway.json`
   * @param work a folder for the data of the trial
   */
  constructor(image, deploy, work) {
    this.#image = image;
    this.#deploy = deploy;
    this.#data = join(work, 'data');
    chmodSync(work, 0o711);
    mkdirSync(this.#data);
    if (USER.uid) chownSync(this.#data, USER.uid, USER.gid);
    execFileSync('chmod', ['-R', 'a-w', image.folder]);
  }

  async isReadOnly() {
    for (const folder of ['.', 'dist', 'node_modules', 'scripts']) {
      const { code } = await this.#run(['sh', '-c', `touch ${folder}/written 2>/dev/null`], {}).ended;
      if (code === 0) fail(`the image is writable at ${folder}`);
    }
  }

  async refusesIncompleteConfiguration() {
    const app = this.#start({ PORT: await freePort(), DATA_DIR: this.#data });
    const { code } = await within(20, app.ended, 'refusing to start without a secret', app);
    if (code === 0) fail('started in production without a secret and a database');
    for (const name of ['JWT_SECRET', 'DATABASE_URL']) {
      if (!app.output().includes(name)) fail(`the startup error does not name ${name}:\n${app.output()}`);
    }
  }

  async servesOnSqlite() {
    await this.#serves({ NODE_ENV: 'development', PORT: await freePort(), DATA_DIR: this.#data });
  }

  /** @param server `mysql://…` of a user who may create databases */
  async servesInProduction(server) {
    const { createConnection } = await import('mysql2/promise');
    const url = new URL(server);
    url.pathname = `/gochat_image_${process.pid}`;
    const administrator = await createConnection(server);
    await administrator.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
    try {
      // The image's own data folder does not exist here.
      const env = { PORT: await freePort(), DATABASE_URL: url.href, JWT_SECRET: randomBytes(32).toString('hex') };
      await this.#serves(env);
    } finally {
      await administrator.query(`DROP DATABASE ${url.pathname.slice(1)}`);
      await administrator.end();
    }
  }

  /** Ends running processes, and makes the folder removable. */
  cleanUp() {
    for (const child of this.#children) child.kill('SIGKILL');
    execFileSync('chmod', ['-R', 'u+w', this.#image.folder]);
  }

  async #serves(env) {
    for (const command of this.#deploy.preDeployCommand) {
      const process = this.#run(command.split(' '), env);
      const { code } = await within(60, process.ended, command, process);
      if (code !== 0) fail(`${command} exited with ${code}:\n${process.output()}`);
    }
    const app = this.#start(env);
    await this.#becomesHealthy(app, env);
    const origin = `http://127.0.0.1:${env.PORT}`;
    const { status } = await fetch(origin + this.#deploy.healthcheckPath);
    if (status !== 200) fail(`${this.#deploy.healthcheckPath} answered ${status}`);
    await chats(`${origin}/api/v1`);
    app.child.kill('SIGTERM');
    const end = await within(10, app.ended, 'stopping on SIGTERM', app);
    if (end.code !== 0) fail(`the app exited with ${end.signal ?? end.code} on SIGTERM, not with 0:\n${app.output()}`);
  }

  async #becomesHealthy(app, env) {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      if (app.child.exitCode !== null) fail(`the app exited during startup:\n${app.output()}`);
      if ((await this.#run(this.#image.healthcheck, env).ended).code === 0) return;
      await new Promise((done) => setTimeout(done, 250));
    }
    fail(`the app did not become healthy:\n${app.output()}`);
  }

  #start(env) {
    return this.#run([...this.#image.entrypoint, ...this.#image.command], env);
  }

  #run([file, ...args], env) {
    const { folder } = this.#image;
    const child = spawn(file, args, {
      ...USER,
      cwd: folder,
      // A container starts with the environment of the image only.
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...this.#image.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    this.#children.add(child);
    const ended = new Promise((done, broken) => {
      child.on('error', (error) => broken(new Error(`image-steps: ${file} failed to start: ${error.message}`)));
      child.on('exit', (code, signal) => {
        this.#children.delete(child);
        done({ code, signal });
      });
    });
    return { child, ended, output: () => output };
  }
}

/** Registers a user, creates a group, sends a message and reads it; and requests the web page. */
async function chats(api) {
  const ask = async (status, path, body, token) => {
    const answer = await fetch(api + path, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && JSON_BODY), ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (answer.status !== status) fail(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };
  const ada = { username: 'ada', password: 'correct horse battery' };
  const { accessToken } = await ask(201, '/auth/register', ada);
  const group = await ask(201, '/conversations', { type: 'group', title: 'Engines' }, accessToken);
  await ask(201, '/messages', { conversationId: group.id, text: 'Hello' }, accessToken);
  const { items } = await ask(200, `/messages?conversationId=${group.id}`, null, accessToken);
  if (items[0]?.text !== 'Hello') fail(`the sent message is missing: ${JSON.stringify(items)}`);
  const page = await fetch(new URL('/', api));
  if (page.status !== 200 || !(await page.text()).includes('<div id="root"')) fail('the web client is not served');
}

function within(seconds, promise, operation, process) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`image-steps: ${operation} took more than ${seconds} s\n${process.output()}`)),
      seconds * 1000,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
