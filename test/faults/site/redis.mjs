import { connect } from 'node:net';

import { freePort, OwnedProcess } from './process.mjs';

const ANSWER_MS = 2_000;

/** A Redis server without persistence. */
export class Redis {
  static async start(folder) {
    const port = await freePort();
    const args = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder];
    const redis = new Redis(port, args);
    await redis.process.start();
    return redis;
  }

  constructor(port, args) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    const isReady = () =>
      this.command('PING').then(
        (answer) => answer === '+PONG',
        () => false,
      );
    this.process = new OwnedProcess('Redis', { command: 'redis-server', args, isReady });
  }

  /** Sends a command. @returns the first line of the answer */
  command(command) {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${command}\r\n`));
      socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer from Redis')));
      socket.once('data', (bytes) => {
        resolve(String(bytes).trim());
        socket.destroy();
      });
      socket.once('error', reject);
    });
  }
}
