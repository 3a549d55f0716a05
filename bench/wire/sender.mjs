import { v7 as uuid } from 'uuid';

import { filler } from './text.mjs';

const [DIGIT_0, DIGIT_3, DIGIT_4, DIGIT_9] = Buffer.from('0349');
const GOOD = '[{"ok":true';

/** Sends messages on a connection and gets their acknowledgements. */
export class Sender {
  #connection;
  #next = 0;
  #waiting = new Map();
  #failed;

  /** @param failed called with the text of a refusal */
  constructor(connection, failed) {
    this.#connection = connection;
    this.#failed = failed;
    connection.onFrame = (buffer, start, end) => this.#take(buffer, start, end);
  }

  send(conversationId, number, acknowledged) {
    const id = this.#next++;
    this.#waiting.set(id, acknowledged);
    const message = `{"id":"${uuid()}","conversationId":"${conversationId}","text":"${filler(number)}"}`;
    this.#connection.send(`42${id}["message:send",${message}]`);
  }

  #take(buffer, start, end) {
    if (buffer[start] !== DIGIT_4 || buffer[start + 1] !== DIGIT_3) return;
    let id = 0;
    let at = start + 2;
    for (; buffer[at] >= DIGIT_0 && buffer[at] <= DIGIT_9; at++) id = id * 10 + buffer[at] - DIGIT_0;
    const acknowledged = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (buffer.latin1Slice(at, at + GOOD.length) !== GOOD) this.#failed(buffer.utf8Slice(start, end));
    else acknowledged?.();
  }
}
