import { becomes, delay } from '../wait.mjs';
import { Client } from './client.mjs';
import { performRandomAction } from './actions.mjs';

/** Average time between two actions of a client. */
const PAUSE_MS = 350;

/** All clients, and their load. */
export class Crowd {
  #isBusy = false;
  #loops = [];

  /** @param devices of `register`; @param origin of the balancer */
  constructor({ origin, devices, conversations, history, random }) {
    this.conversations = conversations;
    this.random = random;
    this.clients = devices.map(({ user, auth }, index) => {
      const isFirstDevice = index === user;
      const name = `user${user}${isFirstDevice ? '' : ' (second device)'}`;
      const client = new Client({ origin, auth, name, history, random: random.branch() });
      return Object.assign(client, { isFirstDevice, unedited: [] });
    });
  }

  /** Connects all clients. @throws Error if that takes longer than `withinMs` */
  async open(withinMs) {
    for (const client of this.clients) client.start();
    if (!(await becomes(() => this.clients.every(({ model }) => model.copies.size > 0), withinMs))) {
      throw new Error('some clients could not connect');
    }
  }

  /** Starts the load: every client performs one action after the other, until `pause`. */
  work() {
    this.#isBusy = true;
    this.#loops = this.clients.map((client) => this.#loop(client));
  }

  /** Stops the load. Resolves when every request is answered. */
  async pause() {
    this.#isBusy = false;
    await Promise.all(this.#loops);
  }

  stopRetries() {
    for (const client of this.clients) client.stopRetries();
  }

  stop() {
    for (const client of this.clients) client.stop();
  }

  async #loop(client) {
    while (this.#isBusy) {
      await delay(-Math.log(1 - client.random.next()) * PAUSE_MS);
      if (this.#isBusy) await performRandomAction(client, this.conversations);
    }
  }
}
