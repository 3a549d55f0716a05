import { io } from 'socket.io-client';

import { ANSWER_MS, Unanswered } from './api.mjs';

const CONNECT_MS = 5_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 3_000;

/** How long to wait before the next attempt: longer after each failure, and never all clients at once. */
export const backoffMs = (failures, random) =>
  random.between(0.5, 1) * Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 10));

/** A connection that is made again whenever it breaks, over websocket alone, as there is more than one node. */
export class Line {
  isOnline = false;
  #isWanted = false;
  #socket = null;
  #failures = 0;
  #timers = new Set();
  #connectTimer;
  #comeBackInMs = null;
  /** By how much the node's clock is ahead. */
  #clockOffsetMs = 0;

  /** @param handlers `onOnline(ready)`, `onOffline()`, `onEvent(name, payload)` */
  constructor(origin, api, random, handlers) {
    this.origin = origin;
    this.api = api;
    this.random = random;
    this.handlers = handlers;
  }

  start() {
    this.#isWanted = true;
    this.#attempt();
  }

  stop() {
    this.#isWanted = false;
    this.#drop();
  }

  /** Sends a command. Who gives no answer in time is not waited for any more. @returns `data`, or throws the problem */
  async command(name, payload) {
    const socket = this.#socket;
    if (!this.isOnline) throw new Unanswered(`${name}: offline`);
    try {
      return await socket.timeout(ANSWER_MS).emitWithAck(name, payload);
    } catch (error) {
      if (this.#socket === socket && socket.connected) this.#broken();
      throw new Unanswered(`${name}: ${error.message}`, { cause: error });
    }
  }

  #attempt() {
    const { token } = this.api;
    this.#comeBackInMs = null;
    const socket = io(this.origin, {
      path: '/api/v1/ws',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_MS,
      auth: { token },
    });
    this.#socket = socket;
    const mine = (handle) => (value, payload) => {
      if (this.#socket === socket) handle(value, payload);
    };
    // Connected is not yet subscribed.
    this.#connectTimer = setTimeout(() => this.#broken(), CONNECT_MS);
    socket.onAny(mine((name, payload) => this.#receive(name, payload)));
    socket.on(
      'disconnect',
      mine(() => this.#broken()),
    );
    socket.on(
      'connect_error',
      mine((error) => this.#broken({ token, code: error.data?.code })),
    );
  }

  #receive(name, payload) {
    if (name === 'session:ready') {
      clearTimeout(this.#connectTimer);
      this.#clockOffsetMs = Date.parse(payload.serverTime) - Date.now();
      this.isOnline = true;
      this.#failures = 0;
      this.handlers.onOnline(payload);
    } else if (name === 'session:expiring') {
      const leftMs = Date.parse(payload.expiresAt) - this.#clockOffsetMs - Date.now();
      this.#later(Math.max(0, leftMs / 2), () => void this.#renew());
    } else if (name === 'session:ended') {
      this.#broken({ token: this.api.token, code: payload.reason === 'expired' ? 'token_expired' : payload.reason });
    } else if (name === 'server:draining') {
      this.#comeBackInMs = payload.reconnectInMs;
    } else {
      this.handlers.onEvent(name, payload);
    }
  }

  /** Gives the socket a newer token before its own expires; where that fails, it ends and is made anew. */
  async #renew() {
    try {
      await this.api.refresh();
      await this.command('session:refresh', { accessToken: this.api.token });
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }

  #broken(refusal) {
    this.#drop();
    if (!this.#isWanted || this.api.endedBy !== null) return;
    const waitMs = this.#comeBackInMs ?? backoffMs(this.#failures++, this.random);
    this.#later(waitMs, () => void this.#again(refusal));
  }

  async #again(refusal) {
    if (refusal?.code !== undefined) await this.api.distrust(refusal.token, refusal.code).catch(() => {});
    if (this.#isWanted && this.#socket === null && this.api.endedBy === null) this.#attempt();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#clearTimers();
    socket?.disconnect();
    if (!this.isOnline) return;
    this.isOnline = false;
    this.handlers.onOffline();
  }

  #later(ms, act) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #clearTimers() {
    clearTimeout(this.#connectTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
