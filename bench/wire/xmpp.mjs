import { connect } from 'node:net';

import { filler } from './text.mjs';

/** How a client greets the server. */
export const STREAM =
  "<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>";
const BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const BEGIN = Buffer.from('<message ');
const END = Buffer.from('</message>');
const NOTHING = Buffer.alloc(0);
let named = 0;

const room = (name) => `${name}@conference.localhost`;

/** An XMPP client in rooms (RFC 6120, XEP-0045), with the same members as the Socket.IO connection. */
export class XmppConnection {
  #socket;
  #tally;
  #held = NOTHING;
  #settle;
  #talk;
  /** Gets each message's buffer, begin and end; null to count only. */
  onFrame = null;

  /** Logs in anonymously and joins rooms. @returns the connection once it is in all of them */
  static open({ port, auth }, tally) {
    return new Promise((resolve, reject) => {
      const connection = new XmppConnection();
      connection.#tally = tally;
      connection.#settle = (error) => (error ? reject(error) : resolve(connection));
      connection.#talk = conversation(connection, auth.rooms);
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
    let data = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    if (this.#talk) {
      // Stanzas before the last join are not counted.
      this.#held = data;
      if (!this.#talk(data)) return;
      this.#talk = null;
      data = NOTHING;
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
    this.#held = data.subarray(at);
    if (this.#tally.events !== before) this.#tally.onEvents();
  }
}

/** Consumes the input and sends the next stanza when it is due. @returns whether all rooms are joined */
function conversation(connection, rooms) {
  const nick = `n${++named}`;
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

/** Sends to rooms; the message delivered back to its sender is the acknowledgement. */
class XmppSender {
  #connection;
  #waiting = new Map();

  constructor(connection) {
    this.#connection = connection;
    connection.onFrame = (buffer, start, end) => {
      const id = Number(/ id='m(\d+)'/.exec(buffer.latin1Slice(start, end))?.[1]);
      const acknowledged = this.#waiting.get(id);
      this.#waiting.delete(id);
      acknowledged?.();
    };
  }

  send(conversationId, number, acknowledged) {
    if (acknowledged) this.#waiting.set(number, acknowledged);
    const text = filler(number);
    this.#connection.send(
      `<message to='${room(conversationId)}' type='groupchat' id='m${number}'><body>${text}</body></message>`,
    );
  }
}
