import { Connection } from '../wire/connection.mjs';
import { Tally } from '../wire/tally.mjs';
import { XmppConnection } from '../wire/xmpp.mjs';

/** State shared by the jobs of this load generator: its connections, the events they received, and the abort of the running job. */
export const crowd = { tally: new Tally(), connections: [], controller: new AbortController() };

/**
 * Connects one socket per entry of `auths`, `concurrency` at a time, in addition to the existing connections. Several
 * `ports` are used in turn.
 * @returns seconds until the last socket is ready
 */
export async function connect({ protocol, port, ports = [port], path, ready, auths, concurrency }) {
  const Kind = protocol === 'xmpp' ? XmppConnection : Connection;
  const begun = performance.now();
  const first = crowd.connections.length;
  let next = 0;
  const worker = async () => {
    while (next < auths.length) {
      const index = next++;
      const options = { port: ports[index % ports.length], path, ready, auth: auths[index] };
      crowd.connections[first + index] = await Kind.open(options, crowd.tally);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { seconds: (performance.now() - begun) / 1_000 };
}

/** Closes every connection. */
export async function disconnect() {
  for (const connection of crowd.connections.splice(0)) connection.close();
  return {};
}

/**
 * Prepares a new job: resets the event count and stops parsing frames. Jobs detect a broken connection by a count that stays
 * too low.
 */
export function reset() {
  crowd.controller = new AbortController();
  crowd.tally.events = 0;
  crowd.tally.onEvents = () => undefined;
  for (const connection of crowd.connections) connection.onFrame = null;
}

/** Senders by connection index, for every connection in `lanes`. @param onFailure see {@link Connection.sender} */
export function sendersOf(lanes, onFailure) {
  const used = new Set(lanes.map(({ connection }) => connection));
  return new Map(Array.from(used, (index) => [index, crowd.connections[index].sender(onFailure)]));
}
