import { connect } from 'node:net';

/** Encodes an HTTP request with a bearer token. */
export function request(method, path, token, body = '') {
  const content = body && `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${content}\r\n`;
  return Buffer.from(head + body);
}

/** A keep-alive HTTP connection with one request in flight. It discards the response bodies. */
export class HttpConnection {
  #socket;
  #partial = Buffer.alloc(0);
  #bodyLeft = -1;
  #settle = () => undefined;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#settle(error));
    this.#socket.on('close', () => this.#settle(new Error('the server closed the connection')));
  }

  /** Sends a request. @returns once the response is complete @throws unless its status is 200 or 201 */
  do(bytes) {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => (error ? reject(error) : resolve());
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #read(chunk) {
    if (this.#bodyLeft < 0) {
      this.#partial = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
      const end = this.#partial.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#partial.latin1Slice(0, end);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (!/^HTTP\/1.1 20[01]/.test(head) || length === undefined) {
        this.#settle(new Error(`unexpected response: ${this.#partial.toString('utf8').slice(0, 600)}`));
        return;
      }
      this.#bodyLeft = Number(length) - (this.#partial.length - end - 4);
      this.#partial = Buffer.alloc(0);
    } else {
      this.#bodyLeft -= chunk.length;
    }
    if (this.#bodyLeft > 0) return;
    this.#bodyLeft = -1;
    this.#settle();
  }
}
