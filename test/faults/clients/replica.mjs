import { Unanswered } from './api.mjs';

/** What is missing may only be late: across nodes, events may swap. */
const HOLD_BACK_MS = 250;
const RETRY_MS = 300;
const OWN = 'own';

/**
 * What an app holds, kept by the contract's recovery rule alone: `rev == known + 1` is applied, `rev <= known` ignored,
 * and a gap held back for a moment, then synced. Alike for `stateRev`.
 */
export class Replica {
  /** By id: `{known, from, lastSeq, readSeq, joinedAt, members, messages}`, `from` the seq of the oldest message. */
  copies = new Map();
  #stateRev;
  #epoch;
  #isOnline = false;
  #isBehind = false;
  #isSyncing = false;
  #waiting = [];
  /** What is held back, by conversation (or `own`) and number. */
  #held = new Map();
  #timers = new Map();

  /** @param ask syncs; @param tell is told what the app is shown */
  constructor(userId, ask, tell) {
    this.userId = userId;
    this.ask = ask;
    this.tell = tell;
  }

  /** Connected and subscribed: whatever happened before is asked for. */
  online() {
    this.#isOnline = true;
    this.#sync();
  }

  offline() {
    this.#isOnline = false;
  }

  stop() {
    this.#isOnline = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** Takes an event; while a sync runs, it waits until that has landed. */
  receive(name, payload) {
    if (this.#isSyncing) this.#waiting.push([name, payload]);
    else this.#take(name, payload);
  }

  #take(name, payload) {
    const { conversationId, rev, stateRev } = payload;
    if (name === 'conversation:added') this.#forget(payload.conversation.id, true);
    else if (name === 'conversation:removed') this.#forget(conversationId, false);
    else if (name === 'conversation:me') this.#order(OWN, stateRev, () => this.#applyOwn(payload));
    else if (name === 'conversation:changed') this.#order(conversationId, rev, null);
    else if (rev !== undefined) this.#order(conversationId, rev, () => this.#apply(name, payload));
  }

  #known(log) {
    return log === OWN ? this.#stateRev : this.copies.get(log)?.known;
  }

  #moveTo(log, number) {
    if (log === OWN) this.#stateRev = number;
    else if (this.copies.has(log)) this.copies.get(log).known = number;
  }

  /** The rule. A hint has nothing to apply: it is a gap until what it speaks of has come. */
  #order(log, number, apply) {
    const known = this.#known(log);
    if (known === undefined) this.#holdBack(log);
    else if (number > known + 1 || (number > known && apply === null)) {
      if (!this.#held.has(log)) this.#held.set(log, new Map());
      const held = this.#held.get(log);
      if (apply !== null || !held.has(number)) held.set(number, apply);
      this.#holdBack(log);
    } else if (number === known + 1) {
      this.#moveTo(log, number);
      apply();
      const next = this.#held.get(log)?.get(number + 1);
      if (next) this.#order(log, number + 1, next);
    }
  }

  #holdBack(log) {
    if (this.#timers.has(log)) return;
    const due = () => {
      this.#timers.delete(log);
      const held = [...(this.#held.get(log)?.keys() ?? [])];
      this.#held.delete(log);
      const known = this.#known(log);
      if (known === undefined || held.some((number) => number > known)) this.#sync();
    };
    this.#timers.set(log, setTimeout(due, HOLD_BACK_MS));
  }

  #forget(id, isNew) {
    if (this.copies.delete(id)) this.tell({ kind: 'gone', conversation: id });
    this.#held.delete(id);
    if (isNew) this.#sync();
  }

  #apply(name, { conversationId, message, member, userId }) {
    const copy = this.copies.get(conversationId);
    if (!copy) return;
    if (message) this.#applyMessage(copy, conversationId, message);
    if (member) copy.members.add(member.user.id);
    if (name === 'member:left') copy.members.delete(userId);
  }

  /** Whatever the event: a message that the app has not, and that is not older than all it has, is shown as new. */
  #applyMessage(copy, conversation, message) {
    const { id, seq, rev } = message;
    if (seq < copy.from) return;
    if (!copy.messages.has(id)) this.tell({ kind: 'apply', conversation, id, seq, rev });
    this.#put(copy, message);
  }

  /** The app keeps the newest of each message; one's own message is read. */
  #put(copy, { id, seq, rev, text, sender }) {
    if ((copy.messages.get(id)?.rev ?? 0) <= rev) copy.messages.set(id, { id, seq, rev, text, senderId: sender.id });
    copy.lastSeq = Math.max(copy.lastSeq, seq);
    if (sender.id === this.userId) copy.readSeq = Math.max(copy.readSeq, seq);
  }

  #applyOwn({ conversationId, me, stateRev }) {
    const copy = this.copies.get(conversationId);
    // Late news of an earlier membership.
    if (copy?.joinedAt !== me.joinedAt) return;
    this.tell({ kind: 'own', conversation: conversationId, readSeq: me.readSeq, joinedAt: me.joinedAt, stateRev });
    copy.readSeq = Math.max(copy.readSeq, me.readSeq);
  }

  #sync() {
    this.#isBehind = true;
    if (!this.#isSyncing) void this.#run();
  }

  async #run() {
    this.#isSyncing = true;
    while (this.#isBehind && this.#isOnline) {
      this.#isBehind = false;
      try {
        while (!(await this.#syncOnce()));
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        this.#isBehind = true;
        if (this.#isOnline) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#isSyncing = false;
    for (const [name, payload] of this.#waiting.splice(0)) this.receive(name, payload);
  }

  /** @returns whether that was all */
  async #syncOnce() {
    const conversations = Object.fromEntries([...this.copies].map(([id, { known }]) => [id, known]));
    const answer = await this.ask({ epoch: this.#epoch, stateRev: this.#stateRev, conversations });
    for (const entry of answer.conversations) this.#applyEntry(entry);
    for (const id of answer.left) this.#forget(id, false);
    for (const { conversationId, me } of answer.me) this.#applyOwn({ conversationId, me, stateRev: answer.stateRev });
    this.#stateRev = answer.stateRev;
    this.#epoch = answer.epoch;
    return answer.complete && !answer.conversations.some(({ more }) => more);
  }

  #applyEntry({ conversation, rev, reset, messages, members }) {
    const { id, lastSeq, me } = conversation;
    const cached = reset ? undefined : this.copies.get(id);
    const oldest = Math.min(lastSeq + 1, ...messages.map(({ seq }) => seq));
    const copy = {
      known: rev,
      from: cached?.from ?? oldest,
      lastSeq: cached?.lastSeq ?? 0,
      readSeq: me.readSeq,
      joinedAt: me.joinedAt,
      members: new Set(cached?.members),
      messages: new Map(cached?.messages),
    };
    for (const message of messages) if (message.seq >= copy.from) this.#put(copy, message);
    for (const { user, leftAt } of members) {
      if (leftAt === undefined) copy.members.add(user.id);
      else copy.members.delete(user.id);
    }
    this.copies.set(id, copy);
    const rows = messages.map((message) => ({ id: message.id, seq: message.seq, rev: message.rev }));
    this.tell({ kind: 'sync', conversation: id, reset, rows, lastSeq });
  }
}
