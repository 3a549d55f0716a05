import { setTimeout as delay } from 'node:timers/promises';

import { latencies } from '../lib/statistics.mjs';
import { Connection } from '../wire/connection.mjs';
import { HttpConnection, request } from '../wire/http.mjs';
import { Tally } from '../wire/tally.mjs';

const EVERY_MS = 100;

/**
 * Measures the latency of one user while others load the server: a send, a page of history and a new connection, each ten
 * times a second.
 */
export async function bystander({ port, path, ready, token, conversationId, warmMs, measureMs }) {
  const target = { port, path, ready, auth: { token } };
  const connection = await Connection.open(target, new Tally());
  const http = new HttpConnection(port);
  let failure = null;
  const sender = connection.sender((text) => (failure ??= new Error(text)));
  const page = request('GET', `/api/v1/messages?conversationId=${conversationId}&limit=50`, token);
  const actions = {
    send: (number) => new Promise((done) => sender.send(conversationId, number, done)),
    page: () => http.do(page),
    connect: async () => (await Connection.open(target, new Tally())).close(),
  };
  await delay(warmMs);
  const end = performance.now() + measureMs;
  const sampled = Object.entries(actions).map(async ([name, action], index) => {
    const times = [];
    await delay((EVERY_MS / 3) * index);
    for (let number = 0; performance.now() < end && !failure; number++) {
      const begun = performance.now();
      await Promise.race([action(number), delay(10_000, undefined, { ref: false })]);
      times.push(performance.now() - begun);
      await delay(Math.max(0, EVERY_MS - (performance.now() - begun)));
    }
    return [name, { samples: times.length, ...latencies(times) }];
  });
  const measured = Object.fromEntries(await Promise.all(sampled));
  connection.close();
  http.close();
  if (failure) throw failure;
  return measured;
}
