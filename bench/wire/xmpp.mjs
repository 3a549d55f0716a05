import { connect } from 'node:net';

import { filler } from './text.mjs';

/** The stream header of a client. */
export const STREAM =
  "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
const BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const BEGIN = Buffer.from('<message ');
const END = Buffer.from('</message>');
const EMPTY = Buffer.alloc(0);
let nickCount = 0;

const room = (name) => `${name}@conference.localhost`;

/** An XMPP group chat client (RFC 6120, XEP-0045) with the same interface as the Socket.IO {@link Connection}. */
export class XmppConnection {
  #socket;
  #tally;
  #partial = EMPTY;
  #settle;
  #handshake;
  /** Called with the buffer, start and end of each message; null to count messages only. */
  onFrame = null;

  /** Logs in anonymously and joins rooms. @returns the connection after it has joined all of them */
  static open({ port, auth }, tally) {
    return new Promise((resolve, reject) => {
      const connection = new XmppConnection();
      connection.#tally = tally;
      connection.#settle = (error) => (error ? reject(error) : resolve(connection));
      connection.#handshake = handshake(connection, auth.rooms);
      connection.#connect(port);
    });
  }

  #connect(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', (error) => this.#settle(error));
    this.#socket.on('close', () => this.#settle(new Error('the server closed the connection')));
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.send(STREAM);
  }

  send(text) {
    this.#socket.write(text);
  }

  sender() {
    return new XmppSender(this);
  }

  close() {
    this.#settle = () => undefined;
    this.#socket.destroy();
  }

  #read(chunk) {
    let data = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk;
    if (this.#handshake) {
      // Stanzas that arrive before the last join completes are not counted.
      this.#partial = data;
      if (!this.#handshake(data)) return;
      this.#handshake = null;
      data = EMPTY;
      this.#settle();
    }
    const before = this.#tally.events;
    let at = 0;
    for (;;) {
      const end = data.indexOf(END, at);
      if (end < 0) break;
      this.#tally.events++;
      this.onFrame?.(data, Math.max(at, data.indexOf(BEGIN, at)), end);
      at = end + END.length;
    }
    this.#partial = data.subarray(at);
    if (this.#tally.events !== before) this.#tally.onEvents();
  }
}

/**
 * The XMPP handshake up to the joined rooms.
 * @returns a function that is called with all bytes received so far: it sends the next step, and returns whether all rooms
 * are joined
 */
function handshake(connection, rooms) {
  const nick = `n${++nickCount}`;
  const joins = rooms.map(
    (name) => `<presence to='${room(name)}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  );
  const steps = [
    ['</stream:features>', AUTH],
    ['<success', STREAM],
    ['<bind', BIND],
    ["id='bind'", joins.join('')],
  ];
  let from = 0;
  return (data) => {
    while (steps.length > 0) {
      const [expected, answer] = steps[0];
      const found = data.indexOf(expected, from);
      if (found < 0) return false;
      from = found + expected.length;
      connection.send(answer);
      steps.shift();
    }
    return data.toString('latin1', from).split(/<subject\s*\/>|<\/subject>/).length > rooms.length;
  };
}

/** Sends messages to rooms. The echo of a message from its room is the acknowledgement. */
class XmppSender {
  #connection;
  #pending = new Map();

  constructor(connection) {
    this.#connection = connection;
    connection.onFrame = (buffer, start, end) => {
      const id = Number(/ id='m(\d+)'/.exec(buffer.latin1Slice(start, end))?.[1]);
      const acknowledged = this.#pending.get(id);
      this.#pending.delete(id);
      acknowledged?.();
    };
  }

  send(conversationId, number, acknowledged) {
    if (acknowledged) this.#pending.set(number, acknowledged);
    const text = filler(number);
    this.#connection.send(
      `<message to='${room(conversationId)}' type='groupchat' id='m${number}'><body>${text}</body></message>`,
    );
  }
}
