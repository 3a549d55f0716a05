/**
 * All requests, answers and events of the clients, in order. The clients share one process and one clock (`at`, in
 * monotonic milliseconds). The kinds of records, each with `user` and `client`:
 *
 * | kind | meaning |
 * | --- | --- |
 * | `call` | a request: `call` (its number), `op`, `conversation`, and the arguments of the op |
 * | `answer` | the answer to that call: `outcome` `ok`, `refused` (final) or `failed` (retry), and its fields |
 * | `arrive` | a message arrived over the socket: `conversation`, `id`, `seq`, `rev` |
 * | `apply` | the app showed a new message, live |
 * | `sync` | the app showed the `rows` of a sync; with `reset` they replace the previous rows |
 * | `gone` | the app removed the conversation |
 * | `own` | the app received its own marker |
 * | `open`, `close` | the socket was subscribed, or lost |
 * | `ended` | the server ended the session |
 * | `end` | the state that the app shows at the end: `conversations` by id |
 *
 * `op` is one of `send`, `edit`, `react`, `read`, `look` (the newest page), `enter` and `exit` (of `target`). A call
 * without an answer may or may not take effect, at any later time.
 */
export class History {
  records = [];
  calls = 0;

  note(record) {
    this.records.push({ at: performance.now(), ...record });
  }

  /** Records a request. @returns its number */
  call(record) {
    const call = ++this.calls;
    this.note({ kind: 'call', call, ...record });
    return call;
  }
}
