import { setTimeout as delay } from 'node:timers/promises';

import { check, checkConversation, ConversationCopy } from './conversation-copy.mjs';

/** The log of private state, which counts `stateRev`. The other logs are conversations, which count `rev`. */
const OWN = 'own';
/** A sync that needs more answers does not terminate. */
const ANSWERS_MAX = 1_000;

/** Thrown by `sync` when there is no answer. The client syncs again when it is online. */
export class Offline extends Error {
  name = 'Offline';
}

/**
 * The reference implementation of a client: keeps the state of one device by the sync rule alone. An event with
 * `rev == known + 1` is applied, `rev <= known` is ignored, and `rev > known + 1` is a gap, which a sync fills. The same
 * holds for `stateRev`. The convergence tests and the fault suite use it; the client library has its own implementation.
 */
export class ReferenceClient {
  /** Gaps so far. */
  gaps = 0;
  /** The first violation of the contract; the client then stops. */
  failure = null;
  /** By conversation id. */
  copies = new Map();
  /** Conversations of `conversation:added` without `conversation:removed`: a sync may return them before their events. */
  #announced = new Set();
  #waiting = [];
  #epoch;
  #stateRev;
  #isOnline = false;
  /** A sync is due before the next event is applied. */
  #isBehind = false;
  #isRunning = false;
  #run = Promise.resolve();
  /** Events that came too early: by log, then by number. */
  #early = new Map();
  #timers = new Map();

  /**
   * @param options `sync(known)` sends a sync, or throws {@link Offline}; `holdBackMs` is the time in which a gap may fill by
   *   itself, for clusters whose events may arrive out of order; `retryMs` is the delay after a sync without an answer;
   *   `onChange(record)` is called for each change of what the app shows, see test/faults/history.mjs
   */
  constructor(userId, { sync, holdBackMs = 0, retryMs = 0, onChange = () => {} }) {
    this.userId = userId;
    this.sync = sync;
    this.holdBackMs = holdBackMs;
    this.retryMs = retryMs;
    this.onChange = onChange;
  }

  /** Called when the socket is subscribed: syncs earlier changes. */
  connected() {
    this.#isOnline = true;
    this.foreground();
  }

  disconnected() {
    this.#isOnline = false;
  }

  /** Syncs once, as an app does when it comes to the foreground. */
  foreground() {
    this.#isBehind = true;
    this.#wake();
  }

  /** Takes an event. During a sync it waits for the sync to finish. */
  receive(event) {
    this.#waiting.push(event);
    this.#wake();
  }

  /** Waits until every event is applied and no sync is running. @throws the first violation of the contract */
  async idle() {
    while (this.#isRunning) await this.#run;
    if (this.failure) throw this.failure;
  }

  stop() {
    this.#isOnline = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** The state of the client, in the form of `serverSnapshot`. */
  snapshot() {
    return [...this.copies.values()].map((copy) => copy.snapshot()).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #wake() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run = this.#work();
  }

  async #work() {
    try {
      while (!this.failure && (this.#isBehind ? this.#isOnline : this.#waiting.length > 0)) {
        if (this.#isBehind) await this.#syncOrRetry();
        else this.#apply(this.#waiting.shift());
      }
    } catch (error) {
      this.failure = error;
    } finally {
      this.#isRunning = false;
    }
  }

  #apply({ name, payload }) {
    const { conversationId, rev, stateRev, me } = payload;
    switch (name) {
      case 'conversation:added':
        // A new conversation, or a new membership, whose earlier copy is obsolete.
        checkConversation(payload.conversation);
        this.#forget(payload.conversation.id);
        this.#announced.add(payload.conversation.id);
        this.#isBehind = true;
        break;
      case 'conversation:removed':
        this.#forget(conversationId);
        this.#announced.delete(conversationId);
        break;
      case 'conversation:me':
        check(stateRev > 0 && me.unreadCount >= 0, `${name} has stateRev ${stateRev}, unreadCount ${me.unreadCount}`);
        this.#applyInOrder(OWN, stateRev, () => this.#applyOwn(payload));
        break;
      case 'conversation:changed':
        this.#applyInOrder(conversationId, rev, null);
        break;
      default:
        check(Number.isSafeInteger(rev), `${name} has no rev`);
        this.#applyInOrder(conversationId, rev, () => this.#applyChange(name, payload));
    }
  }

  /** The sync rule. @param apply null for a hint, which says that events up to that number exist */
  #applyInOrder(log, number, apply) {
    const known = log === OWN ? this.#stateRev : this.copies.get(log)?.known;
    if (known === undefined) this.#gap(log);
    else if (number === known + 1 && apply) {
      apply();
      if (log === OWN) this.#stateRev = number;
      else this.copies.get(log).known = number;
      const next = this.#early.get(log)?.get(number + 1);
      if (next) this.#applyInOrder(log, number + 1, next);
    } else if (number > known) {
      if (!this.#early.has(log)) this.#early.set(log, new Map());
      const early = this.#early.get(log);
      if (apply || !early.has(number)) early.set(number, apply);
      this.#gap(log);
    }
  }

  /** Syncs at once, or after the time in which missing events may still arrive. */
  #gap(log) {
    if (this.copies.has(log) || !this.#announced.has(log)) this.gaps++;
    if (this.holdBackMs === 0) {
      this.#early.delete(log);
      this.#isBehind = true;
    } else if (!this.#timers.has(log)) {
      this.#timers.set(
        log,
        setTimeout(() => this.#onHoldBackEnd(log), this.holdBackMs),
      );
    }
  }

  #onHoldBackEnd(log) {
    this.#timers.delete(log);
    const early = [...(this.#early.get(log)?.keys() ?? [])];
    this.#early.delete(log);
    const known = log === OWN ? this.#stateRev : this.copies.get(log)?.known;
    if (known === undefined || early.some((number) => number > known)) this.foreground();
  }

  #forget(id) {
    if (this.copies.delete(id)) this.onChange({ kind: 'gone', conversation: id });
    this.#early.delete(id);
  }

  #applyChange(name, payload) {
    const { conversationId: conversation, message } = payload;
    const copy = this.copies.get(conversation);
    if (message && message.seq >= copy.from && !copy.messages.has(message.id)) {
      this.onChange({ kind: 'apply', conversation, id: message.id, seq: message.seq, rev: message.rev });
    }
    copy.apply(name, payload, this.userId);
  }

  /** Ignores state of an earlier membership. */
  #applyOwn({ conversationId: conversation, me, stateRev }) {
    const copy = this.copies.get(conversation);
    if (copy?.me.joinedAt !== me.joinedAt) return;
    this.onChange({ kind: 'own', conversation, readSeq: me.readSeq, joinedAt: me.joinedAt, stateRev });
    copy.applyOwn(me);
  }

  async #syncOrRetry() {
    this.#isBehind = false;
    try {
      for (let answers = 0; !(await this.#syncOnce()); answers++) check(answers < ANSWERS_MAX, 'sync does not end');
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      this.#isBehind = true;
      if (this.#isOnline) await delay(this.retryMs);
    }
  }

  /** @returns whether the answer completes the sync */
  async #syncOnce() {
    const conversations = Object.fromEntries([...this.copies].map(([id, { known }]) => [id, known]));
    const answer = await this.sync({ epoch: this.#epoch, stateRev: this.#stateRev, conversations });
    if (answer.epoch !== this.#epoch) this.#startEpoch(answer.epoch);
    for (const entry of answer.conversations) this.#applyEntry(entry, conversations[entry.conversation.id]);
    for (const id of answer.left) this.#forget(id);
    for (const { conversationId, me } of answer.me) this.#applyOwn({ conversationId, me, stateRev: answer.stateRev });
    check(answer.stateRev >= (this.#stateRev ?? 0), `stateRev went back to ${answer.stateRev}`);
    this.#stateRev = answer.stateRev;
    return answer.complete && !answer.conversations.some(({ more }) => more);
  }

  /** The revs of another epoch are void. */
  #startEpoch(epoch) {
    this.#epoch = epoch;
    this.#stateRev = undefined;
    for (const id of [...this.copies.keys()]) this.#forget(id);
  }

  #applyEntry(entry, asked) {
    const { conversation, rev, reset, messages } = entry;
    const { id, lastSeq } = conversation;
    const cached = this.copies.get(id);
    checkConversation(conversation);
    check(rev <= conversation.rev, `sync of ${id} ends at rev ${rev}, beyond ${conversation.rev}`);
    check(
      messages.every((message, index) => index === 0 || message.rev > messages[index - 1].rev),
      `messages of ${id} do not ascend by rev`,
    );
    check(reset || (cached && rev > asked), `sync of ${id} from rev ${asked} ends at ${rev} without a reset`);
    this.copies.set(id, new ConversationCopy(entry, reset ? undefined : cached));
    this.#announced.add(id);
    const rows = messages.map((message) => ({ id: message.id, seq: message.seq, rev: message.rev }));
    this.onChange({ kind: 'sync', conversation: id, reset, rows, lastSeq });
  }
}
