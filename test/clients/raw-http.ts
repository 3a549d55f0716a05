import { connect } from 'node:net';

import type { TestServer } from '../harness/server.js';
import type { Answer } from './rest.js';

/** Requests an Engine.IO websocket. */
export const UPGRADE =
  'GET /api/v1/ws/?EIO=4&transport=websocket HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

/** A masked text frame (RFC 6455 §5.2) with a payload of 126 to 65,535 bytes; the mask is zero. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Sends bytes on a new connection. @returns the first HTTP answer before the connection ends */
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
        reject(new Error('no HTTP answer with a JSON body', { cause: error }));
      }
    });
    socket.write(bytes);
  });
}

/**
 * Sends `head` on a new connection, then `piece` repeatedly, up to `length` bytes. @returns the bytes sent until the
 * server closed the connection
 */
export function pour(
  server: TestServer,
  head: string | Buffer,
  length: number,
  piece: Buffer = Buffer.alloc(65_536, 'x'),
): Promise<number> {
  return new Promise((resolve) => {
    // Keeps sending after the server has ended its side.
    const socket = connect({ port: server.running.port, host: '127.0.0.1', allowHalfOpen: true });
    let left = 0;
    // A reset of the connection is expected.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(left));
    socket.resume();
    const more = (error?: Error | null): void => {
      if (error) return;
      if (left >= length) socket.destroy();
      else socket.write(piece, more);
      left += piece.length;
    };
    socket.write(head, more);
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
