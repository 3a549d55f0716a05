import { connect } from 'node:net';

import { FrameReader, textFrame } from './frames.mjs';
import { Sender } from './sender.mjs';

/** One receive buffer: its content is counted or parsed before the next read. */
const ARRIVING = Buffer.alloc(262_144);
const [TWO, FOUR] = Buffer.from('24');
const KEY = Buffer.from('load generator..').toString('base64');

/** A Socket.IO client on a bare TCP socket: websocket only, and no more of the protocol than a load needs. */
export class Connection {
  #socket;
  #tally;
  #reader = new FrameReader((buffer, start, end) => this.#take(buffer, start, end));
  #auth;
  #ready;
  #settle;
  #upgraded = false;
  #isStalled = false;
  /** Gets each frame's buffer, begin and end, once connected; null to count only. */
  onFrame = null;

  /** Connects. @returns the connection once it got a packet that begins with `ready` */
  static open({ port, path, auth, ready }, tally) {
    return new Promise((resolve, reject) => {
      const connection = new Connection();
      connection.#tally = tally;
      connection.#auth = auth;
      connection.#ready = Buffer.from(ready);
      connection.#settle = (error) => (error ? reject(error) : resolve(connection));
      connection.#connect(port, path);
    });
  }

  #connect(port, path) {
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: ARRIVING, callback: (length) => this.#read(length) },
    });
    this.#socket.on('error', (error) => this.#settle(error));
    this.#socket.on('close', () => this.#settle(new Error('the server closed the connection')));
    this.#socket.write(
      `GET ${path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
  }

  /** Sends a packet of Engine.IO. */
  send(text) {
    this.#socket.write(textFrame(text));
  }

  /** Sends messages on it. @param failed called with the text of a refusal */
  sender(failed) {
    return new Sender(this, failed);
  }

  get isOpen() {
    return !this.#socket.destroyed;
  }

  /** Reads nothing any more. */
  stall() {
    this.#isStalled = true;
  }

  close() {
    this.#settle = () => undefined;
    this.#socket.destroy();
  }

  #read(length) {
    let chunk = ARRIVING.subarray(0, length);
    if (!this.#upgraded) {
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0 || !chunk.includes(' 101 ')) {
        this.#settle(new Error(`no websocket: ${chunk.toString('latin1', 0, 200)}`));
        return false;
      }
      this.#upgraded = true;
      chunk = chunk.subarray(end + 4);
    }
    const before = this.#tally.events;
    this.#reader.read(chunk, this.onFrame !== null || this.#ready !== null);
    if (this.#tally.events !== before) this.#tally.onEvents();
    return !this.#isStalled;
  }

  #take(buffer, start, end) {
    if (this.#ready !== null) this.#join(buffer, start, end);
    else if (buffer[start] === FOUR && buffer[start + 1] === TWO) this.#tally.events++;
    if (buffer[start] === TWO && end - start === 1) this.send('3');
    this.onFrame?.(buffer, start, end);
  }

  #join(buffer, start, end) {
    const packet = buffer.subarray(start, end);
    if (packet[0] === 0x30) this.send(`40${JSON.stringify(this.#auth)}`);
    if (packet.subarray(0, this.#ready.length).equals(this.#ready)) {
      this.#ready = null;
      this.#settle();
    } else if (packet.toString('latin1', 0, 2) === '44') {
      this.#settle(new Error(`refused: ${packet.toString('utf8')}`));
    }
  }
}
