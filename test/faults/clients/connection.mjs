import { io } from 'socket.io-client';

import { ANSWER_MS, Unanswered } from './api.mjs';

const CONNECT_MS = 5_000;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 3_000;

/** Delay before the next attempt: exponential, with jitter. */
export const backoffMs = (failures, random) =>
  random.between(0.5, 1) * Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 10));

/** A socket that reconnects, over websocket only, since long polling needs sticky sessions. */
export class Connection {
  isOnline = false;
  #isWanted = false;
  #socket = null;
  #failures = 0;
  #timers = new Set();
  #connectTimer;
  #reconnectInMs = null;
  /** The node's clock minus the local clock. */
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

  /** Sends a command. Drops the connection if there is no answer in time. @returns the acknowledgement. @throws Unanswered */
  async command(name, payload) {
    const socket = this.#socket;
    if (!this.isOnline) throw new Unanswered(`${name}: offline`);
    try {
      return await socket.timeout(ANSWER_MS).emitWithAck(name, payload);
    } catch (error) {
      if (this.#socket === socket && socket.connected) this.#onBroken();
      throw new Unanswered(`${name}: ${error.message}`, { cause: error });
    }
  }

  #attempt() {
    const { token } = this.api;
    this.#reconnectInMs = null;
    const socket = io(this.origin, {
      path: '/api/v1/ws',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_MS,
      auth: { token },
    });
    this.#socket = socket;
    const ifCurrent = (handle) => (value, payload) => {
      if (this.#socket === socket) handle(value, payload);
    };
    // The socket is subscribed after `session:ready`, not after `connect`.
    this.#connectTimer = setTimeout(() => this.#onBroken(), CONNECT_MS);
    socket.onAny(ifCurrent((name, payload) => this.#receive(name, payload)));
    socket.on(
      'disconnect',
      ifCurrent(() => this.#onBroken()),
    );
    socket.on(
      'connect_error',
      ifCurrent((error) => this.#onBroken({ token, code: error.data?.code })),
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
      this.#schedule(Math.max(0, leftMs / 2), () => void this.#renew());
    } else if (name === 'session:ended') {
      this.#onBroken({ token: this.api.token, code: payload.reason === 'expired' ? 'token_expired' : payload.reason });
    } else if (name === 'server:draining') {
      this.#reconnectInMs = payload.reconnectInMs;
    } else {
      this.handlers.onEvent(name, payload);
    }
  }

  /** Sends the socket a new token before its own expires. If that fails, the socket ends and is reopened. */
  async #renew() {
    try {
      await this.api.refresh();
      await this.command('session:refresh', { accessToken: this.api.token });
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }

  #onBroken(refusal) {
    this.#drop();
    if (!this.#isWanted || this.api.endedBy !== null) return;
    const waitMs = this.#reconnectInMs ?? backoffMs(this.#failures++, this.random);
    this.#schedule(waitMs, () => void this.#reconnect(refusal));
  }

  async #reconnect(refusal) {
    if (refusal?.code !== undefined) await this.api.onRefused(refusal.token, refusal.code).catch(() => {});
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

  #schedule(ms, act) {
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
