const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/**
 * Generates a UUID of version 7 (RFC 9562, section 5.7): the time in milliseconds, then random bits. Consecutive ids
 * are neighbours in the server's index. `crypto.randomUUID` generates version 4, and is missing in React Native and in
 * pages without TLS.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const text = Array.from(bytes, hex).join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}
