const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const NOTHING = Buffer.alloc(0);
const MAX_PAYLOAD = 0xffff;

/** A masked text frame, as a client has to send it (RFC 6455, 5.2). */
export function textFrame(text) {
  const length = Buffer.byteLength(text);
  if (length > MAX_PAYLOAD) throw new Error('a command of the load generator is that long at most');
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
 * Finds the frames in a websocket stream, whose chunks do not match frames. For a frame that is only counted, it reads
 * the first two bytes of the payload.
 */
export class FrameReader {
  /** Remaining bytes of a frame that is skipped. */
  #skip = 0;
  /** The beginning of a frame that is not complete enough to be taken. */
  #held = NOTHING;
  #take;

  /** @param take called with the buffer and where the payload begins and ends: valid only during the call */
  constructor(take) {
    this.#take = take;
  }

  /** @param whole whether payloads must be complete, and not only begin */
  read(chunk, whole) {
    let buffer = chunk;
    let at = 0;
    if (this.#held.length > 0) {
      buffer = Buffer.concat([this.#held, chunk]);
      this.#held = NOTHING;
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
      this.#take(buffer, at + head, at + head + length);
      at += head + length;
    }
    if (at > end) this.#skip = at - end;
    else if (at < end) this.#held = Buffer.from(buffer.subarray(at));
  }
}
