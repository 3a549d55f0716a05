import { becomes, delay } from '../wait.mjs';
import { Client } from './client.mjs';
import { doSomething } from './actions.mjs';

/** Between two things that somebody does, on average. */
const PAUSE_MS = 350;

/** All clients, and the load that they make. */
export class Crowd {
  #isBusy = false;
  #lives = [];

  /** @param devices of `register`; @param origin through which all of them reach the servers */
  constructor({ origin, devices, places, history, random }) {
    this.places = places;
    this.random = random;
    this.clients = devices.map(({ person, auth }, index) => {
      const isFirstDevice = index === person;
      const name = `person${person}${isFirstDevice ? '' : ' (second device)'}`;
      const client = new Client({ origin, auth, name, history, random: random.branch() });
      return Object.assign(client, { isFirstDevice, unedited: [] });
    });
  }

  /** Connects everybody. @throws when that takes too long */
  async open(withinMs) {
    for (const client of this.clients) client.start();
    if (!(await becomes(() => this.clients.every(({ replica }) => replica.copies.size > 0), withinMs))) {
      throw new Error('not everybody could connect');
    }
  }

  /** Everybody does one thing after the other, until `pause`. */
  work() {
    this.#isBusy = true;
    this.#lives = this.clients.map((client) => this.#live(client));
  }

  /** Nobody begins anything more. @returns when all that was begun is answered for good */
  async pause() {
    this.#isBusy = false;
    await Promise.all(this.#lives);
  }

  giveUp() {
    for (const client of this.clients) client.giveUp();
  }

  stop() {
    for (const client of this.clients) client.stop();
  }

  async #live(client) {
    while (this.#isBusy) {
      await delay(-Math.log(1 - client.random.next()) * PAUSE_MS);
      if (this.#isBusy) await doSomething(client, this.places);
    }
  }
}
