import { connect } from 'node:net';

import type { Answer } from './rest.js';
import type { TestServer } from './server.js';

/** Writes bytes on a connection of its own. @returns the first HTTP answer that comes back before the end */
export function rawRequest(server: TestServer, bytes: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.running.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      try {
        resolve(parsed(Buffer.concat(chunks).toString()));
      } catch (error) {
        reject(new Error('no HTTP answer of JSON came', { cause: error }));
      }
    });
    socket.write(bytes);
  });
}

function parsed(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [line = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field): [string, string] => splitField(field)));
  return { status: Number(line.split(' ')[1]), headers, body: JSON.parse(body) };
}

function splitField(field: string): [string, string] {
  const colon = field.indexOf(':');
  return [field.slice(0, colon), field.slice(colon + 1).trim()];
}
