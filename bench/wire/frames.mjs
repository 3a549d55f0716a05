const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const EMPTY = Buffer.alloc(0);
const MAX_PAYLOAD = 0xffff;

/** Encodes a masked text frame, as clients must send it (RFC 6455, section 5.2). */
export function textFrame(text) {
  const length = Buffer.byteLength(text);
  if (length > MAX_PAYLOAD) throw new Error(`a frame of the load generator has at most ${MAX_PAYLOAD} bytes`);
  const head = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  frame[1] = 0x80 | Math.min(length, 126);
  if (head === 8) frame.writeUInt16BE(length, 2);
  MASK.copy(frame, head - 4);
  frame.write(text, head);
  for (let i = 0; i < length; i++) frame[head + i] ^= MASK[i & 3];
  return frame;
}

/**
 * Splits the TCP chunks of a WebSocket server into frames. Unless complete payloads are requested, it waits only for the first
 * two bytes of a payload and skips the rest, so that counting frames stays cheap.
 */
export class FrameReader {
  /** Bytes of the previous frame that have yet to arrive and are skipped. */
  #skip = 0;
  /** The start of a frame that is still incomplete. */
  #partial = EMPTY;
  #onFrame;

  /** @param onFrame called with the buffer, and the start and end of the payload; the bytes are valid only during the call */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  /** @param whole whether to wait for complete payloads */
  read(chunk, whole) {
    let buffer = chunk;
    let at = 0;
    if (this.#partial.length > 0) {
      buffer = Buffer.concat([this.#partial, chunk]);
      this.#partial = EMPTY;
    } else if (this.#skip > 0) {
      at = Math.min(this.#skip, chunk.length);
      this.#skip -= at;
    }
    const end = buffer.length;
    while (at < end) {
      const short = end - at < 2 ? 0 : buffer[at + 1] & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (end - at < head) break;
      const length =
        short === 126 ? buffer.readUInt16BE(at + 2) : short === 127 ? Number(buffer.readBigUInt64BE(at + 2)) : short;
      if (end - at < head + (whole ? length : Math.min(length, 2))) break;
      this.#onFrame(buffer, at + head, at + head + length);
      at += head + length;
    }
    if (at > end) this.#skip = at - end;
    else if (at < end) this.#partial = Buffer.from(buffer.subarray(at));
  }
}
