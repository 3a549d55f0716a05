import { v7 as uuid } from 'uuid';

import { filler } from './text.mjs';

const [DIGIT_0, DIGIT_3, DIGIT_4, DIGIT_9] = Buffer.from('0349');
const ACKNOWLEDGED = '[{"ok":true';

/** Sends messages on a connection and matches their acknowledgements. */
export class Sender {
  #connection;
  #next = 0;
  #pending = new Map();
  #onFailure;

  /** @param onFailure called with the text of a negative acknowledgement */
  constructor(connection, onFailure) {
    this.#connection = connection;
    this.#onFailure = onFailure;
    connection.onFrame = (buffer, start, end) => this.#receive(buffer, start, end);
  }

  send(conversationId, number, acknowledged) {
    const id = this.#next++;
    this.#pending.set(id, acknowledged);
    const message = `{"id":"${uuid()}","conversationId":"${conversationId}","text":"${filler(number)}"}`;
    this.#connection.send(`42${id}["message:send",${message}]`);
  }

  #receive(buffer, start, end) {
    if (buffer[start] !== DIGIT_4 || buffer[start + 1] !== DIGIT_3) return;
    let id = 0;
    let at = start + 2;
    for (; buffer[at] >= DIGIT_0 && buffer[at] <= DIGIT_9; at++) id = id * 10 + buffer[at] - DIGIT_0;
    const acknowledged = this.#pending.get(id);
    this.#pending.delete(id);
    if (buffer.latin1Slice(at, at + ACKNOWLEDGED.length) !== ACKNOWLEDGED)
      this.#onFailure(buffer.utf8Slice(start, end));
    else acknowledged?.();
  }
}
