import { delay } from '../wait.mjs';
import { Api, Unanswered } from './api.mjs';
import { backoffMs, Line } from './connection.mjs';
import { Replica } from './replica.mjs';

/** These are cured by asking again. */
const PASSING = new Set(['unavailable', 'internal', 'rate_limited', 'token_expired', 'unauthenticated']);

/** One device of one person: asks until it is answered, and notes in the history all that it does and sees. */
export class Client {
  #isGivenUp = false;

  /** @param auth the `AuthResult` of its session */
  constructor({ origin, auth, name, history, random }) {
    this.name = name;
    this.userId = auth.user.id;
    this.random = random;
    this.history = history;
    this.api = new Api(origin, auth, (code) => this.note({ kind: 'ended', code }));
    this.replica = new Replica(
      this.userId,
      (known) => this.#syncBy(known),
      (record) => this.note(record),
    );
    this.line = new Line(origin, this.api, random, {
      onOnline: () => {
        this.note({ kind: 'open' });
        this.replica.online();
      },
      onOffline: () => {
        this.note({ kind: 'close' });
        this.replica.offline();
      },
      onEvent: (name, payload) => this.#receive(name, payload),
    });
  }

  note(record) {
    this.history.note({ user: this.userId, client: this.name, ...record });
  }

  start() {
    this.line.start();
  }

  stop() {
    this.giveUp();
    this.line.stop();
    this.replica.stop();
  }

  /** What is still unanswered stays so. */
  giveUp() {
    this.#isGivenUp = true;
  }

  /**
   * Does something until it is answered for good.
   * @param deed what the history says of each call: `op`, `conversation` and more
   * @param ways the calls to make at the same time, anew at each attempt: each is `{command, payload}` or REST's `[method, path, body]`
   * @returns the answer's body, or null when it was refused or given up
   */
  async persist(deed, ways) {
    for (let attempt = 0; !this.#isGivenUp && this.api.endedBy === null; attempt++) {
      const answers = await Promise.all(ways().map((way) => this.#call({ ...deed, attempt }, way)));
      const good = answers.find(({ outcome }) => outcome === 'ok');
      if (good) return good.body;
      if (answers.some(({ outcome }) => outcome === 'refused')) return null;
      await delay(Math.max(backoffMs(attempt, this.random), ...answers.map(({ retryAfterMs = 0 }) => retryAfterMs)));
    }
    return null;
  }

  /** @returns `{outcome, body, retryAfterMs}`, `outcome` undefined when nobody answered */
  async #call(deed, way) {
    const isCommand = !Array.isArray(way);
    const call = this.history.call({ user: this.userId, client: this.name, ...deed });
    try {
      const { body, problem } = isCommand ? await this.#command(way) : await this.#request(way);
      if (!problem) {
        this.note({ kind: 'answer', call, outcome: 'ok', ...facts(deed.op, body) });
        return { outcome: 'ok', body };
      }
      const outcome = PASSING.has(problem.code) ? 'failed' : 'refused';
      this.note({ kind: 'answer', call, outcome, code: problem.code });
      return { outcome, retryAfterMs: problem.retryAfterMs };
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return {};
    }
  }

  async #command({ command, payload }) {
    const { ok, data, error } = await this.line.command(command, payload);
    return ok ? { body: data } : { problem: error };
  }

  async #request([method, path, body]) {
    const answer = await this.api.ask(method, path, body);
    return answer.status < 300 ? { body: answer.body } : { problem: answer.body };
  }

  /** Over either, so on any node. */
  async #syncBy(known) {
    const isCommand = this.random.chance(0.5);
    const { body, problem } = isCommand
      ? await this.#command({ command: 'sync', payload: known })
      : await this.#request(['POST', '/sync', known]);
    if (problem) throw new Unanswered(`sync: ${problem.code}`);
    return body;
  }

  #receive(name, payload) {
    if (name.startsWith('message:')) {
      const { id, seq, rev } = payload.message;
      this.note({ kind: 'arrive', conversation: payload.conversationId, id, seq, rev });
    }
    if (/^(message|member|conversation):/.test(name)) this.replica.receive(name, payload);
  }

  /** What it shows, as the checker compares it. */
  shown() {
    return Object.fromEntries(
      [...this.replica.copies].map(([id, { known, readSeq, members, messages }]) => [
        id,
        { rev: known, readSeq, members: [...members], messages: [...messages.values()] },
      ]),
    );
  }
}

/** What the history keeps of an answer. */
function facts(op, body) {
  if (op === 'look') return { rows: body.items.map(({ id, seq, rev }) => ({ id, seq, rev })) };
  if (op === 'read') return { readSeq: body.readSeq };
  if (op === 'enter' || op === 'exit') return {};
  return { id: body.id, seq: body.seq, rev: body.rev };
}
