import type { IncomingMessage } from 'node:http';

/**
 * Whether a body of more than `limit` bytes, or of unknown length, has not been read completely. A response sent before
 * that must close the connection: otherwise Node reads and discards the whole body.
 */
export function hasUnreadBody({ complete, headers }: IncomingMessage, limit: number): boolean {
  const isLong = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > limit;
  return !complete && isLong;
}
