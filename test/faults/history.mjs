/**
 * All that the clients did and saw, in the order in which it happened to them: one process, one clock (`at`, in
 * monotonic milliseconds). The kinds of records, each with `user` and `client`:
 *
 * | kind | says |
 * | --- | --- |
 * | `call` | something was asked: `call` (its number), `op`, `conversation`, and what the op is about |
 * | `answer` | that call was answered: `outcome` `ok` or `refused` (for good) or `failed` (try again), and with what |
 * | `arrive` | a message came over the socket: `conversation`, `id`, `seq`, `rev` |
 * | `apply` | the app was shown a new message, live |
 * | `sync` | the app was shown the `rows` of a sync; `reset` when they replace what it had |
 * | `gone` | the app was told that it is in that conversation no more |
 * | `own` | the app was told of its own marker |
 * | `open`, `close` | a connection |
 * | `ended` | the server ended the session for good |
 * | `end` | what the app shows when all is over: `conversations` by id |
 *
 * `op` is one of `send`, `edit`, `react`, `read`, `look` (the newest page), `enter` and `exit` (of `target`). A call
 * without an answer may have happened or not, at any time from then on.
 */
export class History {
  records = [];
  calls = 0;

  note(record) {
    this.records.push({ at: performance.now(), ...record });
  }

  /** Notes that something is asked. @returns the number of the call */
  call(record) {
    const call = ++this.calls;
    this.note({ kind: 'call', call, ...record });
    return call;
  }
}
