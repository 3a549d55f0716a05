const [DIGIT_0, DIGIT_3, DIGIT_4, DIGIT_9] = Buffer.from('0349');
const GOOD = '[{"ok":true';

/** Sends commands on a connection and gets their acknowledgements. */
export class Sender {
  #connection;
  #next = 0;
  #waiting = new Map();
  #failed;

  /** @param failed called with the text of an acknowledgement that says no */
  constructor(connection, failed) {
    this.#connection = connection;
    this.#failed = failed;
    connection.onFrame = (buffer, start, end) => this.#take(buffer, start, end);
  }

  /** Sends a command with that payload, JSON already. */
  send(command, payload, acknowledged) {
    const id = this.#next++;
    this.#waiting.set(id, acknowledged);
    this.#connection.send(`42${id}["${command}",${payload}]`);
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

const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(3);

/** The payload of `message:send`: 120 characters of text that begin with `#number#`. */
export const message = (conversationId, number) =>
  `{"id":"${crypto.randomUUID()}","conversationId":"${conversationId}","text":"${`#${number}#${FILLER}`.slice(0, 120)}"}`;

/** The number of a message that was made by {@link message}, in a frame; NaN for other frames. */
export function messageNumber(buffer, start, end) {
  const first = buffer.indexOf('#', start);
  const second = first < 0 || first >= end ? -1 : buffer.indexOf('#', first + 1);
  return second < 0 || second >= end ? Number.NaN : Number(buffer.latin1Slice(first + 1, second));
}
