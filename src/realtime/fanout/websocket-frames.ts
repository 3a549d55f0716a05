import type { EncodedPacket } from './socketio-internals.js';

/** First byte of an unfragmented message (RFC 6455 §5.2). */
const TEXT = 0x81;
const BINARY = 0x82;
/** Engine.IO prefixes a text with its packet type `4` (message), and binary data with nothing. */
const MESSAGE = 0x34;

/** Encodes a packet as websocket frames of a server: unmasked and uncompressed. */
export function framesOf([text, ...attachments]: EncodedPacket): Buffer {
  const length = 1 + Buffer.byteLength(text);
  const { frame, start } = emptyFrame(TEXT, length);
  frame[start] = MESSAGE;
  frame.write(text, start + 1);
  return attachments.length === 0 ? frame : Buffer.concat([frame, ...attachments.map(binaryFrame)]);
}

function binaryFrame(data: ArrayBuffer | ArrayBufferView): Buffer {
  const { frame, start } = emptyFrame(BINARY, data.byteLength);
  frame.set(
    ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data),
    start,
  );
  return frame;
}

/** A frame with space for `length` bytes of payload, which begins at offset `start`. */
function emptyFrame(kind: number, length: number): { frame: Buffer; start: number } {
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = kind;
  frame[1] = start === 2 ? length : start === 4 ? 126 : 127;
  if (start === 4) frame.writeUInt16BE(length, 2);
  if (start === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  return { frame, start };
}
