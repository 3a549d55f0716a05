import { connect } from 'node:net';

import { FrameReader, textFrame } from './frames.mjs';
import { Sender } from './sender.mjs';

/** The read buffer of all connections: its bytes are counted or parsed before the next read. */
const READ_BUFFER = Buffer.alloc(262_144);
const [TWO, FOUR] = Buffer.from('24');
const KEY = Buffer.from('load generator..').toString('base64');

/** A minimal Socket.IO client on a TCP socket: WebSocket only, with the subset of the protocol that the load needs. */
export class Connection {
  #socket;
  #tally;
  #reader = new FrameReader((buffer, start, end) => this.#receive(buffer, start, end));
  #auth;
  #ready;
  #settle;
  #upgraded = false;
  #isStalled = false;
  /** Called with the buffer, start and end of each frame after the connection is ready; null to count events only. */
  onFrame = null;

  /** Connects. @returns the connection after it received a packet that starts with `ready` */
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
      onread: { buffer: READ_BUFFER, callback: (length) => this.#read(length) },
    });
    this.#socket.on('error', (error) => this.#settle(error));
    this.#socket.on('close', () => this.#settle(new Error('the server closed the connection')));
    this.#socket.write(
      `GET ${path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
  }

  /** Sends an Engine.IO packet. */
  send(text) {
    this.#socket.write(textFrame(text));
  }

  /** Creates a sender of messages. @param onFailure called with the text of a negative acknowledgement */
  sender(onFailure) {
    return new Sender(this, onFailure);
  }

  get isOpen() {
    return !this.#socket.destroyed;
  }

  /** Stops reading from the socket. */
  stall() {
    this.#isStalled = true;
  }

  close() {
    this.#settle = () => undefined;
    this.#socket.destroy();
  }

  #read(length) {
    let chunk = READ_BUFFER.subarray(0, length);
    if (!this.#upgraded) {
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0 || !chunk.includes(' 101 ')) {
        this.#settle(new Error(`WebSocket upgrade refused: ${chunk.toString('latin1', 0, 200)}`));
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

  #receive(buffer, start, end) {
    if (this.#ready !== null) this.#handshake(buffer, start, end);
    else if (buffer[start] === FOUR && buffer[start + 1] === TWO) this.#tally.events++;
    if (buffer[start] === TWO && end - start === 1) this.send('3');
    this.onFrame?.(buffer, start, end);
  }

  #handshake(buffer, start, end) {
    const packet = buffer.subarray(start, end);
    if (packet[0] === 0x30) this.send(`40${JSON.stringify(this.#auth)}`);
    if (packet.subarray(0, this.#ready.length).equals(this.#ready)) {
      this.#ready = null;
      this.#settle();
    } else if (packet.toString('latin1', 0, 2) === '44') {
      this.#settle(new Error(`connection refused: ${packet.toString('utf8')}`));
    }
  }
}
