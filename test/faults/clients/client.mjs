import { delay } from '../wait.mjs';
import { Api, Unanswered } from './api.mjs';
import { Offline, ReferenceClient } from '../../clients/reference-client.mjs';
import { backoffMs, Connection } from './connection.mjs';

/** Errors after which a retry may succeed. */
const TRANSIENT = new Set(['unavailable', 'internal', 'rate_limited', 'token_expired', 'unauthenticated']);

/** In a cluster, events may arrive out of order: a missing event is awaited this long before a sync. */
const HOLD_BACK_MS = 250;
const SYNC_RETRY_MS = 300;

/** One device of a user. Retries every request until it is answered, and records all requests, answers and events. */
export class Client {
  #hasStopped = false;

  /** @param auth the `AuthResult` of its session */
  constructor({ origin, auth, name, history, random }) {
    this.name = name;
    this.userId = auth.user.id;
    this.random = random;
    this.history = history;
    this.api = new Api(origin, auth, (code) => this.note({ kind: 'ended', code }));
    this.model = new ReferenceClient(this.userId, {
      sync: (known) => this.#sync(known),
      holdBackMs: HOLD_BACK_MS,
      retryMs: SYNC_RETRY_MS,
      onChange: (record) => this.note(record),
    });
    this.connection = new Connection(origin, this.api, random, {
      onOnline: () => {
        this.note({ kind: 'open' });
        this.model.connected();
      },
      onOffline: () => {
        this.note({ kind: 'close' });
        this.model.disconnected();
      },
      onEvent: (name, payload) => this.#receive(name, payload),
    });
  }

  note(record) {
    this.history.note({ user: this.userId, client: this.name, ...record });
  }

  start() {
    this.connection.start();
  }

  stop() {
    this.stopRetries();
    this.connection.stop();
    this.model.stop();
  }

  /** Leaves unanswered requests unanswered. */
  stopRetries() {
    this.#hasStopped = true;
  }

  /**
   * Repeats a request until it succeeds or is refused.
   * @param action recorded with each call: `op`, `conversation` and more
   * @param requests returns the concurrent requests of one attempt: each is `{command, payload}` or `[method, path, body]`
   * @returns the body of the answer, or null if it was refused or not answered
   */
  async persist(action, requests) {
    for (let attempt = 0; !this.#hasStopped && this.api.endedBy === null; attempt++) {
      const answers = await Promise.all(requests().map((request) => this.#call({ ...action, attempt }, request)));
      const good = answers.find(({ outcome }) => outcome === 'ok');
      if (good) return good.body;
      if (answers.some(({ outcome }) => outcome === 'refused')) return null;
      await delay(Math.max(backoffMs(attempt, this.random), ...answers.map(({ retryAfterMs = 0 }) => retryAfterMs)));
    }
    return null;
  }

  /** @returns `{outcome, body, retryAfterMs}`; `outcome` is undefined without an answer */
  async #call(action, request) {
    const isCommand = !Array.isArray(request);
    const call = this.history.call({ user: this.userId, client: this.name, ...action });
    try {
      const { body, problem } = isCommand ? await this.#command(request) : await this.#request(request);
      if (!problem) {
        this.note({ kind: 'answer', call, outcome: 'ok', ...recordOf(action.op, body) });
        return { outcome: 'ok', body };
      }
      const outcome = TRANSIENT.has(problem.code) ? 'failed' : 'refused';
      this.note({ kind: 'answer', call, outcome, code: problem.code });
      return { outcome, retryAfterMs: problem.retryAfterMs };
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return {};
    }
  }

  async #command({ command, payload }) {
    const { ok, data, error } = await this.connection.command(command, payload);
    return ok ? { body: data } : { problem: error };
  }

  async #request([method, path, body]) {
    const answer = await this.api.send(method, path, body);
    return answer.status < 300 ? { body: answer.body } : { problem: answer.body };
  }

  /** Over the socket or REST, hence on any node. @throws Offline without an answer, or with a transient error */
  async #sync(known) {
    const isCommand = this.random.chance(0.5);
    try {
      const { body, problem } = isCommand
        ? await this.#command({ command: 'sync', payload: known })
        : await this.#request(['POST', '/sync', known]);
      if (problem) throw new Offline(`sync: ${problem.code}`);
      return body;
    } catch (error) {
      throw error instanceof Unanswered ? new Offline(error.message, { cause: error }) : error;
    }
  }

  #receive(name, payload) {
    if (name.startsWith('message:')) {
      const { id, seq, rev } = payload.message;
      this.note({ kind: 'arrive', conversation: payload.conversationId, id, seq, rev });
    }
    if (/^(message|member|conversation):/.test(name)) this.model.receive({ name, payload });
  }

  /** The state that the app shows, in the form that the checker compares. */
  shown() {
    return Object.fromEntries(
      [...this.model.copies].map(([id, { known, me, members, messages }]) => [
        id,
        { rev: known, readSeq: me.readSeq, members: [...members.keys()], messages: [...messages.values()] },
      ]),
    );
  }
}

/** The part of an answer that the history keeps. */
function recordOf(op, body) {
  if (op === 'look') return { rows: body.items.map(({ id, seq, rev }) => ({ id, seq, rev })) };
  if (op === 'read') return { readSeq: body.readSeq };
  if (op === 'enter' || op === 'exit') return {};
  return { id: body.id, seq: body.seq, rev: body.rev };
}
