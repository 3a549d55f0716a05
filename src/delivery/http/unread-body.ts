import type { IncomingMessage } from 'node:http';

/**
 * Whether a body of more than `limit` bytes, or of nobody knows how many, is still to come. An answer that does not wait
 * for it has to close the connection: Node would read it all, to throw it away.
 */
export function hasUnreadBody({ complete, headers }: IncomingMessage, limit: number): boolean {
  const isLong = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > limit;
  return !complete && isLong;
}
